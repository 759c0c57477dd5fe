//! What waiting costs a thread, where the system tells.

use std::iter::Sum;
use std::ops::{Add, Sub};
use std::time::{Duration, Instant};
use std::{fmt, io};

/// What a thread has used so far, or what several have used together.
#[derive(Clone, Copy, Debug)]
pub struct Cost(Option<Spent>);

#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    cpu: Duration,
    /// How often the thread gave up the processor to wait for something.
    sleeps: u64,
}

impl Cost {
    /// What the calling thread has used since it began.
    #[cfg(target_os = "linux")]
    pub fn of_this_thread() -> Cost {
        // SAFETY: zero is a value of each of its fields, all integers.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the kernel writes an `rusage` there, and keeps no pointer.
        if unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) } == -1 {
            return Cost(None);
        }
        let duration = |time: libc::timeval| {
            Duration::from_secs(time.tv_sec as u64)
                + Duration::from_micros(time.tv_usec as u64)
        };
        Cost(Some(Spent {
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
            sleeps: usage.ru_nvcsw as u64,
        }))
    }

    /// Other systems count for the whole process, in which our own delay
    /// server runs too.
    #[cfg(not(target_os = "linux"))]
    pub fn of_this_thread() -> Cost {
        Cost(None)
    }

    fn with(self, other: Cost, op: fn(Spent, Spent) -> Spent) -> Cost {
        Cost(self.0.zip(other.0).map(|(ours, theirs)| op(ours, theirs)))
    }
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        self.with(other, |ours, theirs| Spent {
            cpu: ours.cpu + theirs.cpu,
            sleeps: ours.sleeps + theirs.sleeps,
        })
    }
}

impl Sub for Cost {
    type Output = Cost;

    fn sub(self, earlier: Cost) -> Cost {
        self.with(earlier, |ours, theirs| Spent {
            cpu: ours.cpu - theirs.cpu,
            sleeps: ours.sleeps - theirs.sleeps,
        })
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost(Some(Spent::default())), Cost::add)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Spent { cpu, sleeps }) = self.0 else {
            let none = "not measured here";
            return write!(f, "CPU time: {none}\nsleeps: {none}");
        };
        let cpu = milliseconds(cpu);
        write!(f, "CPU time: {cpu}\nsleeps: {sleeps}")
    }
}

/// With one digit after the point.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// What one run takes, in microseconds: the median of many.
pub fn median_time(
    runs: usize,
    mut run: impl FnMut() -> io::Result<()>,
) -> io::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_nanos() as f64 / 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[runs / 2])
}
