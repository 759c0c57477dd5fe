//! Sets `has_kqueue` where there is one: on macOS and the BSDs, and on Linux
//! with a library (chapter 5).

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(has_kqueue)");
    let is = |name: &str, values: &[&str]| {
        env::var(name).is_ok_and(|value| values.contains(&value.as_str()))
    };
    let bsds = ["freebsd", "netbsd", "openbsd", "dragonfly"];
    if is("CARGO_CFG_TARGET_VENDOR", &["apple"])
        || is("CARGO_CFG_TARGET_OS", &bsds)
        || env::var_os("CARGO_CFG_MINIMIO_KQUEUE").is_some()
    {
        println!("cargo::rustc-cfg=has_kqueue");
    }
}
