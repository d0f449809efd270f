# What scripts/grad, scripts/test and scripts/bench share; sourced, not run. Needs `root`, the folder of Package.swift.

# One configuration for everything, so that nothing is compiled twice.
configuration=release
build_options=(-c "$configuration" --package-path "$root")
product=grad
program=$root/.build/$configuration/$product

# Debian's names of what the package needs.
packages=(libedit-dev libopenblas-dev libcsv-dev zlib1g-dev pkg-config g++)

say() { echo "== $*" >&2; }
fail() { echo "error: $*" >&2; exit 1; }

# Is what a Debian package gives there, whether from that package or from elsewhere?
is_present() {
    case $1 in
    pkg-config) command -v pkg-config ;;
    libedit-dev) pkg-config --exists libedit ;;
    libopenblas-dev) pkg-config --exists openblas ;;
    zlib1g-dev) pkg-config --exists zlib ;;
    g++) # its standard library, which Swift's are linked with
        [ "$(uname -s)" != Linux ] || compgen -G '/usr/lib/gcc/*/*/libstdc++.so' ;;
    libcsv-dev) # it has no .pc file
        local folder
        for folder in /usr/include /usr/local/include /opt/homebrew/include; do
            if [ -e "$folder/csv.h" ]; then return 0; fi
        done
        return 1 ;;
    esac >/dev/null 2>&1
}

# Installs what is missing and says so; without the right to install it says what to install, and stops.
install_missing() {
    local missing=() package as_root=()
    for package in "${packages[@]}"; do
        if ! is_present "$package"; then missing+=("$package"); fi
    done
    if [ ${#missing[@]} -gt 0 ]; then
        if ! command -v apt-get >/dev/null; then
            fail "these are missing, and there is no apt-get here to install them (named as in Debian): ${missing[*]}"
        fi
        if [ "$(id -u)" -ne 0 ]; then
            if ! sudo -n true 2>/dev/null; then
                fail "these packages are missing, and installing them needs root. Run: apt-get install ${missing[*]}"
            fi
            as_root=(sudo -n)
        fi
        say "installing ${missing[*]}"
        quietly "${as_root[@]}" apt-get update
        quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends "${missing[@]}"
    fi
    check_swift
}

# A Swift toolchain is large and a matter of choice, so it is not installed here.
check_swift() {
    local get="Grad needs Swift 6.1 or later: https://www.swift.org/install"
    command -v swift >/dev/null || fail "there is no swift in PATH. $get"
    local version
    version=$(swift --version 2>/dev/null || true)
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || fail "swift --version does not tell its version. $get"
    if [ $((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2])) -lt 6001 ]; then
        fail "this is Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}. $get"
    fi
}

# Runs a command and shows its output only when it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "this failed: $*"
    fi
    rm -f "$log"
}

# When the program was last made from all sources: the time before that build began, so that what changed meanwhile is built the next time.
stamp=$root/.build/built-$product
build_begins() {
    mkdir -p "$root/.build"
    touch "$stamp.new"
}
build_is_done() { mv "$stamp.new" "$stamp"; }

# Builds the program unless it is newer than all it is made from. Much cheaper than to have `swift build` find that out.
build_program() {
    if [ -x "$program" ] && [ -e "$stamp" ] &&
        [ -z "$(find "$root/Package.swift" "$root/Sources" -newer "$stamp" -print -quit)" ]; then
        return
    fi
    install_missing
    build_begins
    say "building grad (the first time takes some minutes)"
    if [ -t 2 ]; then
        swift build "${build_options[@]}" --product "$product" >&2
    else
        quietly swift build "${build_options[@]}" --product "$product"
    fi
    build_is_done
}
