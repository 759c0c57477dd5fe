# shellcheck shell=bash
# What the stages share. Each sources this file first: it answers --help with
# the opening comment of the script, goes to the top of the repository, and
# gives the script `out` (cargo's target directory: all that a stage writes
# goes there) and the functions below.

set -euo pipefail

if [[ ${1-} == -h || ${1-} == --help ]]; then
  sed -n '2,/^[^#]*$/s/^# \{0,1\}//p' "$0"
  exit
fi

stage=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stage=${stage#"$PWD/.ci/"}

mkdir -p "${CARGO_TARGET_DIR:-target}"
out=$(realpath "${CARGO_TARGET_DIR:-target}")
PATH=$out/tools/bin:$PATH

say() {
  printf '%s: %s\n' "$stage" "$*"
}

fail() {
  say "$*" >&2
  exit 1
}

# Is there a command of this name, or a file?
have() {
  command -v "$1" >/dev/null || [[ -e $1 ]]
}

# As root, by sudo where that is needed.
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

apt_update() {
  have apt-get || fail "$1, and there is no apt-get"
  if [[ -z ${apt_updated-} ]]; then as_root apt-get update -qq; fi
  apt_updated=1
}

# need COMMAND-OR-FILE PACKAGE...: installs the Debian packages, unless the
# command or the file is there.
need() {
  local wanted=$1
  shift
  if have "$wanted"; then return; fi
  apt_update "needs $wanted (Debian: $*)"
  say "installs $*"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --no-install-recommends "$@" >/dev/null
  have "$wanted" || fail "finds no $wanted, though $* is installed"
}

# Is there a command of this name and this version?
have_version() {
  local answer
  answer=$("$1" --version 2>/dev/null) && [[ $answer == *" $2" || $answer == *" v$2" ]]
}

# cargo_for TARGETS ARGUMENT...: cargo, for other kinds of machine, at once for all
# that are named in the first argument. The standard library is rustup's (rustup
# target add TARGET) or, for a target that is not added, built: with rustup's nightly
# if it has the component rust-src, and else with Debian's rustc-web, cargo-web and
# rust-web-src, which are installed then (and rust-web-clippy for clippy).
cargo_for() {
  local command=$2 target added=() built=()
  for target in $1; do
    if have rustup && rustup target list --installed | grep -x "$target" >/dev/null; then
      added+=(--target "$target")
    else
      built+=(--target "$target")
    fi
  done
  shift 2
  if [[ ${#added[@]} != 0 ]]; then cargo "$command" "${added[@]}" "$@" || return; fi
  if [[ ${#built[@]} == 0 ]]; then return; fi
  built+=(-Z "build-std=std,panic_unwind")
  if have rustup && rustup component list --toolchain nightly --installed 2>/dev/null |
    grep -x rust-src >/dev/null; then
    cargo +nightly "$command" "${built[@]}" "$@"
  else
    need /usr/lib/rustlib/src/rust/library/Cargo.lock rustc-web cargo-web rust-web-src
    if [[ $command == clippy ]]; then need /usr/bin/clippy-driver rust-web-clippy; fi
    PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 \
      /usr/bin/cargo "$command" "${built[@]}" "$@"
  fi
}
