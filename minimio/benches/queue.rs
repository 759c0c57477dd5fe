//! minimio beside a raw epoll loop, mio and polling: `cargo bench`.
//!
//! What is printed last compares the four.

#[cfg(target_os = "linux")]
mod compare;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    println!("The queues are compared with a raw epoll loop: on Linux only.");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, Instant, SystemTime};

    use criterion::measurement::WallTime;
    use criterion::{BenchmarkGroup, Criterion};
    use serde_json::Value;

    use crate::compare::{
        Connection, Crowd, Minimio, Mio, Polling, Queue, Raw,
    };

    const JOBS: [&str; 4] = ["ping-pong", "ready", "reregister", "empty-poll"];

    pub fn main() {
        let started = SystemTime::now();
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let output = tmp.with_file_name("criterion");
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2))
            .output_directory(&output)
            .without_plots()
            .configure_from_args();
        for job in JOBS {
            // Side by side, so that what disturbs one disturbs the others.
            let mut group = criterion.benchmark_group(job);
            measure::<Raw>(&mut group, job);
            measure::<Minimio>(&mut group, job);
            measure::<Mio>(&mut group, job);
            measure::<Polling>(&mut group, job);
            group.finish();
        }
        criterion.final_summary();
        print_table(&output, started);
    }

    fn measure<Q: Queue>(group: &mut BenchmarkGroup<WallTime>, job: &str) {
        if job == "ready" {
            let mut crowd = Crowd::<Q>::new().unwrap();
            group.bench_function(Q::NAME, |bencher| {
                bencher.iter_custom(|rounds| time_ready(&mut crowd, rounds));
            });
            return;
        }
        let mut connection = Connection::<Q>::new().unwrap();
        group.bench_function(Q::NAME, |bencher| match job {
            "ping-pong" => bencher.iter(|| connection.ping_pong().unwrap()),
            "reregister" => bencher.iter(|| connection.reregister().unwrap()),
            "empty-poll" => bencher.iter(|| connection.empty_poll().unwrap()),
            _ => unreachable!(),
        });
    }

    fn time_ready<Q: Queue>(crowd: &mut Crowd<Q>, rounds: u64) -> Duration {
        let mut total = Duration::ZERO;
        for _ in 0..rounds {
            // Sending is none of the queue's work.
            crowd.send().unwrap();
            let start = Instant::now();
            crowd.receive().unwrap();
            total += start.elapsed();
        }
        total
    }

    /// The median of each job on each queue, and its ratio to the raw loop's;
    /// of what was measured now, which the arguments may have narrowed down.
    fn print_table(output: &Path, started: SystemTime) {
        let queues = [Raw::NAME, Minimio::NAME, Mio::NAME, Polling::NAME];
        let rows = JOBS.map(|job| {
            let times = queues
                .map(|queue| median(&output.join(job).join(queue), started));
            (job, times)
        });
        if rows
            .iter()
            .all(|(_, times)| times.iter().all(Option::is_none))
        {
            return;
        }

        println!("Median time of a round, and its ratio to raw.");
        println!("ping-pong: one byte there and back over TCP;");
        println!("ready: 64 of 1,000 UDP sockets, each read once.\n");
        print!("{:10}", "");
        for queue in queues {
            print!("{queue:>18}");
        }
        println!();
        for (job, times) in rows {
            print!("{job:10}");
            let raw = times[0];
            for time in times {
                let ratio = raw.zip(time).map(|(raw, time)| time / raw);
                print!("{:>12}", time.map_or("-".into(), with_unit));
                print!(
                    "{:>6}",
                    ratio.map_or("-".into(), |it| format!("{it:.2}"))
                );
            }
            println!();
        }
    }

    /// In nanoseconds.
    fn median(directory: &Path, started: SystemTime) -> Option<f64> {
        let file = directory.join("new").join("estimates.json");
        if fs::metadata(&file).ok()?.modified().ok()? < started {
            return None;
        }
        let estimates: Value =
            serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        estimates["median"]["point_estimate"].as_f64()
    }

    fn with_unit(nanoseconds: f64) -> String {
        if nanoseconds < 1_000.0 {
            format!("{nanoseconds:.1} ns")
        } else {
            format!("{:.2} µs", nanoseconds / 1_000.0)
        }
    }
}
