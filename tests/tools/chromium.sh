# Installs Debian's packages of Chromium and its driver if they are missing and the user may install packages.
set -eu

present() { [ -x "$CHROMIUM" ] && [ -x "$CHROMEDRIVER" ]; }
missing() {
  echo "the tests need Chromium: install Debian's packages chromium and chromium-driver," \
    "or set CHROMIUM and CHROMEDRIVER to the two programs" >&2
  exit 1
}

. tests/tools/debian.sh
install chromium chromium-driver
present || missing
