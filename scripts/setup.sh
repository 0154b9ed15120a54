# Sourced by run.sh and test.sh: everything between a fresh Debian 12 and a built program.
#
# Each step looks first whether its work is done, so a second call needs no network and takes seconds.
# Downloads go to the user's cache folder; nothing but Debian packages is installed into the system.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
say() { printf '%s\n' "$*" >&2; }
# One sentence says what is wrong and what to do; exit code 2.
give_up() { say "moebel: $*"; exit 2; }

[ -n "${XDG_CACHE_HOME:-}${HOME:-}" ] ||
    give_up "neither HOME nor XDG_CACHE_HOME is set, so there is no place for downloads: set HOME, or XDG_CACHE_HOME to a folder with 8 GB."
cache="${XDG_CACHE_HOME:-${HOME:-}/.cache}/moebel"
libtorch="${MOEBEL_LIBTORCH:-$cache/libtorch-2.11.0}"
work=""  # where a download is unpacked; removed however the script ends
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

check_distribution() {
    local id="unknown" version=""
    if [ -r /etc/os-release ]; then
        id="$(. /etc/os-release; printf '%s' "${ID:-unknown}")"
        version="$(. /etc/os-release; printf '%s' "${VERSION_ID:-}")"
    fi
    [ "$id" = debian ] && [ "$version" = 12 ] ||
        give_up "the set-up is made for Debian 12, but this is '$id $version': run it in a Debian 12 container, or install the packages of scripts/packages.txt by hand and build with 'cmake --preset release'."
    [ "$(uname -m)" = x86_64 ] || give_up "LibTorch is fetched for x86_64, but this machine is $(uname -m): use an x86_64 machine."
}

# need_space FOLDER MEGABYTES WHAT
need_space() {
    local folder="$1"
    while [ ! -d "$folder" ]; do folder="$(dirname "$folder")"; done
    local free
    free="$(df -Pm "$folder" | awk 'NR==2 {print $4}')"
    [ "$free" -ge "$2" ] || give_up "$3 needs $2 MB, but only $free MB are free in $folder: make room there and start again."
}

is_installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local wanted missing=""
    wanted="$(grep -v '^#' "$root/scripts/packages.txt")"
    for package in $wanted; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; then
        give_up "some Debian packages are missing and this user may not install them; ask an administrator to run: apt-get install --no-install-recommends$missing"
    fi
    need_space / 3000 "installing Debian packages"
    say "Installing from Debian:$missing"
    as_root apt-get update -qq >"$cache/apt.log" 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >>"$cache/apt.log" 2>&1 ||
        give_up "Debian's packages could not be installed (no network, or a broken mirror?): look at $cache/apt.log and start again."
}

# fetch_wheels REQUIREMENTS FOLDER WHAT: hash-checked, through pip and whatever index it is set up with.
fetch_wheels() {
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        --implementation cp --python-version 3.11 --abi cp311 --abi none \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 \
        --platform manylinux_2_18_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
        --platform manylinux2010_x86_64 --dest "$2" -r "$1" 2>"$cache/pip.log" ||
        give_up "$3 could not be fetched (no network, or a file whose hash is not the pinned one): look at $cache/pip.log and start again."
}

fetch_libtorch() {
    if [ ! -e "$libtorch/torch/lib/libtorch_cpu.so" ]; then
        [ -z "${MOEBEL_LIBTORCH:-}" ] || give_up "MOEBEL_LIBTORCH is $MOEBEL_LIBTORCH, but torch/lib/libtorch_cpu.so is not in it: correct it or unset it."
        need_space "$cache" 2500 "fetching LibTorch"
        say "Fetching LibTorch 2.11.0 (530 MB, once) ..."
        work="$(mktemp -d "$cache/fetch.XXXXXX")"
        fetch_wheels "$root/scripts/libtorch.txt" "$work" LibTorch
        unzip -q "$work"/torch-*.whl 'torch/include/*' torch/lib/libtorch_cpu.so torch/lib/libc10.so 'torch/lib/libgomp*' \
            -d "$work/unpacked" || give_up "LibTorch's wheel could not be unpacked into $work: is the disk full?"
        rm -f "$work"/*.whl
        rm -rf "$libtorch"
        mv "$work/unpacked" "$libtorch"
        rm -rf "$work"
    fi
    local missing=""
    for library in libcudart.so.13 libcupti.so.13; do
        local have=""
        for folder in "$libtorch/nvidia/cu13/lib" /usr/local/cuda/lib64 /usr/local/cuda-13.0/lib64 \
            /usr/local/cuda/extras/CUPTI/lib64 /usr/local/cuda-13.0/extras/CUPTI/lib64; do
            [ ! -e "$folder/$library" ] || have=1
        done
        [ -n "$have" ] || missing="$missing $library"
    done
    [ -n "$missing" ] || return 0
    say "Fetching the CUDA runtime libraries that LibTorch is linked to (15 MB, once) ..."
    work="$(mktemp -d "$cache/fetch.XXXXXX")"
    fetch_wheels "$root/scripts/cuda_runtime.txt" "$work" "the CUDA runtime"
    for wheel in "$work"/*.whl; do unzip -q -o "$wheel" 'nvidia/*' -d "$libtorch"; done
    rm -rf "$work"
}

# LibTorch's part for NVIDIA GPUs and the libraries that it needs, beside the part for CPUs, where it looks for them.
fetch_libtorch_cuda() {
    [ ! -e "$libtorch/torch/lib/libtorch_cuda.so" ] || return 0
    [ -z "${MOEBEL_LIBTORCH:-}" ] || give_up "MOEBEL_LIBTORCH is $MOEBEL_LIBTORCH, but torch/lib/libtorch_cuda.so is not in it: unset it to fetch one."
    need_space "$cache" 9000 "fetching LibTorch's part for GPUs"
    say "Fetching LibTorch's part for GPUs (2.6 GB, once) ..."
    work="$(mktemp -d "$cache/fetch.XXXXXX")"
    fetch_wheels "$root/scripts/libtorch.txt" "$work" LibTorch
    fetch_wheels "$root/scripts/cuda_runtime.txt" "$work" "the CUDA runtime"
    fetch_wheels "$root/scripts/libtorch_cuda.txt" "$work" "what LibTorch's part for GPUs needs"
    for wheel in "$work"/nvidia_*.whl; do
        unzip -q -o "$wheel" 'nvidia/*/lib/*' -d "$work/unpacked" || give_up "$wheel could not be unpacked: is the disk full?"
    done
    unzip -q "$work"/torch-*.whl 'torch/lib/*' -x 'torch/lib/libtorch_cpu.so' 'torch/lib/libc10.so' 'torch/lib/libgomp*' \
        'torch/lib/*python*' -d "$work/unpacked" || give_up "LibTorch's wheel could not be unpacked into $work: is the disk full?"
    cp -a "$work/unpacked/nvidia" "$libtorch/"
    # Last of all the library that a second call looks for.
    mv "$work/unpacked/torch/lib/libtorch_cuda.so" "$work/"
    cp -a "$work/unpacked/torch/lib/." "$libtorch/torch/lib/"
    mv "$work/libtorch_cuda.so" "$libtorch/torch/lib/"
    rm -rf "$work"
}

# fetch_text PACKAGE...: help pages are read as text only, and their packages depend on much that is not needed, so they are unpacked
# into the cache, not installed.
fetch_text() {
    local missing=""
    for package in "$@"; do
        [ -d "$cache/help/$package" ] || is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    need_space "$cache" 600 "fetching help pages"
    say "Fetching text:$missing (once) ..."
    work="$(mktemp -d "$cache/fetch.XXXXXX")"
    for package in $missing; do
        (cd "$work" && apt-get download -qq "$package" >"$cache/apt.log" 2>&1) ||
            { [ "$(id -u)" = 0 ] && apt-get update -qq >"$cache/apt.log" 2>&1 && (cd "$work" && apt-get download -qq "$package" >>"$cache/apt.log" 2>&1); } ||
            give_up "the Debian package $package could not be fetched (no network, no text in that language, or 'apt-get update' was never run?): look at $cache/apt.log and start again."
        mkdir -p "$cache/help" "$work/unpacked"
        dpkg-deb -x "$work/$package"_*.deb "$work/unpacked/$package" && mv "$work/unpacked/$package" "$cache/help/$package" ||
            give_up "$package could not be unpacked into $cache/help: is the disk full?"
    done
    rm -rf "$work"
}

prepare_machine() {
    check_distribution
    mkdir -p "$cache" || give_up "the cache folder $cache can't be made: check its permissions or set XDG_CACHE_HOME."
    install_packages
    fetch_libtorch
}

# build PRESET [target...]
build() {
    local preset="$1" log="$cache/build.log"
    shift
    need_space "$root" 1500 "building"
    [ -f "$root/build/$preset/build.ninja" ] && [ -z "${MOEBEL_CMAKE:-}" ] || (cd "$root" && cmake --preset "$preset" ${MOEBEL_CMAKE:-} >"$log" 2>&1) ||
        { tail -n 20 "$log" >&2; give_up "CMake could not configure the build: the log is $log."; }
    if [ -t 2 ]; then
        ninja -C "$root/build/$preset" "$@" >&2 || give_up "the build failed: the messages above say where."
    else
        ninja -C "$root/build/$preset" "$@" >"$log" 2>&1 || { grep -A12 -m3 -E 'FAILED|error' "$log" >&2; give_up "the build failed: the log is $log."; }
    fi
}
