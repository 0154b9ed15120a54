#!/usr/bin/env bash
# Prints registers, stack and spills of every CUDA kernel, and fails where one spills.
#
#   scripts/kernel_resources.sh [ARCHITECTURE]      sm_90a where none is given; needs nvcc, no GPU
#
# The numbers are those of the assembler (nvcc --resource-usage), which cuobjdump would read from the finished library.
set -eu
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
architecture="${1:-sm_90a}"
export PATH="$PATH:/usr/local/cuda/bin"

command -v nvcc >/dev/null || { echo "kernel_resources.sh: nvcc was not found: install the CUDA toolkit." >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
for source in "$root"/core/kernels/*.cu; do
    nvcc -std=c++20 -O3 --expt-relaxed-constexpr -I"$root/core" -arch="$architecture" -cubin --resource-usage \
        "$source" -o "$folder/kernel.cubin" >>"$folder/report" 2>&1 || { cat "$folder/report" >&2; exit 1; }
done
c++filt <"$folder/report" | awk -v architecture="$architecture" '
    BEGIN { printf "%9s %6s %6s  kernel (%s)\n", "registers", "stack", "spills", architecture }
    /Compiling entry function/ { kernel = $0; sub(/^[^\047]*\047/, "", kernel); sub(/\047 for .*/, "", kernel)
                                 gsub(/moebel::kernels::|cuda::|\(anonymous namespace\)::|^void /, "", kernel); sub(/\(.*/, "", kernel) }
    /bytes stack frame/ { stack = $1; spills = $5 + $9 }
    /Used .* registers/ { match($0, /Used [0-9]+/)
                          printf "%9d %6d %6d  %s\n", substr($0, RSTART + 5, RLENGTH - 5), stack, spills, kernel
                          ++kernels; if (spills > 0) ++spilling }
    END { printf "%d kernels, %d of them spill\n", kernels, spilling; exit spilling > 0 || kernels == 0 }'
