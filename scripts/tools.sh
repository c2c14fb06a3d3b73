#!/bin/sh
# Sees to the Debian packages that are asked for: installs what is missing where that is possible (root and apt-get),
# and says loudly what is left out where it is not. Never fails: a test that wants a missing tool skips and says so.
wanted() {
    case $1 in
        prometheus) echo "the test and the story with a real Prometheus" ;;
        prometheus-alertmanager) echo "the test and the story with a real Alertmanager" ;;
        strace) echo "the test that watches fsync come before the reply" ;;
        chromium) echo "the tests in a real browser" ;;
        nodejs | npm) echo "the tests of signing in at a real provider of OpenID Connect" ;;
        wrk) echo "the bench" ;;
        buildah | debootstrap) echo "the test of the container image" ;;
        *) echo "whatever asked for it" ;;
    esac
}

missing=
for tool in "$@"; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    apt-get update >"$log" 2>&1 || { echo "apt-get update failed:"; tail -3 "$log"; }
    for tool in $missing; do
        echo "Installing the Debian package $tool"
        apt-get install --yes --no-install-recommends "$tool" >"$log" 2>&1 || { echo "That failed:"; tail -3 "$log"; }
    done
    rm -f "$log"
fi

for tool in $missing; do
    command -v "$tool" >/dev/null && continue
    echo "!!! $tool is not here, so this is left out: $(wanted "$tool")."
    echo "    To have it: apt-get install $tool"
done
exit 0
