#!/bin/sh
# Builds the image of a Dockerfile on a base made here, mounts it, and has image_test.py attack what was built.
# Only the base stays, in dist/image-test/. It is Debian with the Python of that release, laid out as the public Python
# image is: `python` and pip in /usr/local, with setuptools, wheel and ensurepip, and without bytecode.
#
# Usage: sh scripts/image_test.sh [Dockerfile]. What may be set: SUITE (bookworm), MIRROR (debootstrap's own).
set -eu
cd "$(dirname "$0")/.."
dockerfile=${1:-Dockerfile}
suite=${SUITE:-bookworm}
base_tar=$PWD/dist/image-test/$suite.tar
python=.venv/bin/python

missing=
[ "$(id -u)" = 0 ] || missing=" root"
for tool in buildah debootstrap unshare setpriv chroot ip; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    echo "!!! No image was built and nothing of it was tested, for this is missing:$missing."
    echo "    On Debian: apt-get install buildah debootstrap iproute2, and run it as root."
    exit 1
fi

work=$(mktemp -d /var/tmp/oncall-image-test.XXXXXX)
bb() { buildah --root "$work/store" --runroot "$work/run" "$@"; }

checks=
clean_up() {
    [ -z "$checks" ] || kill -KILL "$checks" 2>/dev/null || true
    bb umount --all >/dev/null 2>&1 || true
    bb rm --all >/dev/null 2>&1 || true
    # What is still mounted would be emptied by the rm, and must not be.
    if grep -qF " $work/" /proc/self/mounts; then
        grep -F " $work/" /proc/self/mounts | cut -d ' ' -f 2 | sort -r | xargs umount
    fi
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

seconds() { date +%s.%N; }
took() { awk -v from="$1" -v to="$(seconds)" 'BEGIN { printf "%.0f s", to - from }'; }

# pip's settings for the container, as a file that is mounted: behind a private certificate authority pip needs its
# certificates, and neither these nor the address of a mirror may get into the image.
pip_settings() {
    echo "[global]"
    ca=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
    if [ -f "$ca" ]; then
        cp "$ca" "$work/pip/ca.crt"
        echo "cert = /run/pip/ca.crt"
    fi
    index=${PIP_INDEX_URL:-$($python -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || echo "index-url = $index"
}

make_base() {
    echo "Making a base of Debian $suite (once; it is kept as dist/image-test/$suite.tar) ..."
    root=$work/rootfs
    # shellcheck disable=SC2086 - without a mirror there must be no argument
    debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates "$suite" "$root" ${MIRROR:-} \
        >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
    version=$(chroot "$root" python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    # A place for pip's settings, which are mounted there: mounted elsewhere, they would leave an empty file in the image.
    mkdir "$root/run/pip"
    ln -s /run/pip/pip.conf "$root/etc/pip.conf"
    # Debian's pip installs itself, setuptools and wheel below /usr/local, where the public image has them ...
    cp "$work/pip/"* "$root/run/pip"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE chroot "$root" python3 -m pip install --isolated --quiet \
        --break-system-packages --root-user-action=ignore --ignore-installed pip setuptools wheel >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
    mkdir -p "$root/usr/local/lib/$version/ensurepip/_bundled"
    touch "$root/usr/local/lib/$version/ensurepip/__init__.py" "$root/usr/local/lib/$version/ensurepip/_bundled/pip.whl"
    # ... and goes, with whatever else the public image does not have.
    chroot "$root" dpkg --purge python3-pip python3-setuptools python3-wheel python3-distutils python3-lib2to3 \
        python3-pkg-resources >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
    rm -rf "$root/run/pip/"* "$root/dev/"* "$root/usr/lib/$version/EXTERNALLY-MANAGED"
    for file in hostname hosts resolv.conf; do : >"$root/etc/$file"; done
    ln -s /usr/bin/python3 "$root/usr/local/bin/python"
    find "$root/usr" -name __pycache__ -prune -exec rm -rf {} +
    rm -rf "$root/var/lib/apt/lists/"* "$root/var/cache/apt/"*.bin "$root/var/cache/apt/archives/"*.deb
    mkdir -p dist/image-test
    tar -C "$root" --numeric-owner --one-file-system -cf "$base_tar.new" .
    mv "$base_tar.new" "$base_tar"
    rm -rf --one-file-system "$root"
}

mkdir "$work/pip"
pip_settings >"$work/pip/pip.conf"
start=$(seconds)
if [ -f "$base_tar" ]; then
    echo "The base is there: dist/image-test/$suite.tar"
else
    make_base
    echo "Base made in $(took "$start")"
fi

start=$(seconds)
base=localhost/image-test-base:$suite
container=$(bb from scratch)
bb add -q "$container" "$base_tar" / >/dev/null
bb config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 "$container"
bb commit -q --rm "$container" "$base" >/dev/null
echo "Base imported in $(took "$start")"

# --format docker: the OCI format has no place for a HEALTHCHECK.
start=$(seconds)
bb bud --format docker --isolation chroot --network host --layers \
    --volume "$work/pip:/run/pip:ro" \
    --build-arg "BASE=$base" --build-arg REVISION=image-test \
    --file "$dockerfile" --tag localhost/oncall-router:test . >"$work/build.log" 2>&1 ||
    { echo "The build failed:"; tail -40 "$work/build.log"; exit 1; }
echo "Image built in $(took "$start") from $dockerfile"

image_root=$(bb mount "$(bb from localhost/oncall-router:test)")
base_root=$(bb mount "$(bb from "$base")")
bb inspect --type image localhost/oncall-router:test >"$work/image.json"

# In a network of its own, so that it may listen on its usual port and address and nobody else hears it; among processes
# of its own, so that whatever is still running ends with it.
unshare --net --mount --pid --fork --kill-child --mount-proc sh -c 'ip link set lo up && exec "$@"' checks \
    "$python" -m scripts.image_test --root "$image_root" --base "$base_root" --config "$work/image.json" --work "$work" &
checks=$!
verdict=0
wait "$checks" || verdict=$?
checks=
exit "$verdict"
