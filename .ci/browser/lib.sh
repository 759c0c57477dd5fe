# shellcheck shell=bash
# What the scripts here share, sourced after .ci/lib.sh: `chromium`, and drive
# SCRIPT ARGUMENT..., which runs a script of this folder with it. Installs
# chromium, nodejs and npm, and into target/browser what package-lock.json names.

# GitHub's machines have Chrome, and Ubuntu has no package of Chromium.
chromium=$(command -v chromium || command -v google-chrome || true)
if [[ -z $chromium ]]; then
  need chromium chromium
  chromium=$(command -v chromium)
fi
need npm nodejs npm

mkdir -p "${out:?}/browser"
cp .ci/browser/{package.json,package-lock.json,*.mjs} "$out/browser"
if ! cmp -s .ci/browser/package-lock.json "$out/browser/node_modules/.installed"; then
  (cd "$out/browser" && npm ci --no-audit --no-fund --loglevel=error)
  cp .ci/browser/package-lock.json "$out/browser/node_modules/.installed"
fi

drive() {
  local script=$1
  shift
  node "$out/browser/$script" "$chromium" "$@"
}
