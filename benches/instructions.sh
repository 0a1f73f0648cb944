#!/usr/bin/env bash
# Counts instructions a token of each module and language, which a busy machine does not change, and holds them against
# benches/record/instructions.tsv.
#
#   benches/instructions.sh              fails if a count is more than 3 % above the record
#   benches/instructions.sh --record     writes the record
#   benches/instructions.sh MODULE...      some modules only: segment, fold, join, pipeline, files
#
# Needs valgrind. Counts depend on the compiler and a little on the processor's instruction sets: the record names both.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never
record=benches/record/instructions.tsv
tolerance=3
write=
modules=()
for arg in "$@"; do
    case $arg in
        --record) write=yes ;;
        *) modules+=("$arg") ;;
    esac
done
[ ${#modules[@]} -gt 0 ] || modules=(segment fold join pipeline files)
command -v valgrind >/dev/null || { echo "valgrind is needed"; exit 2; }

program=$(cargo bench --locked --no-run --bench modules --message-format=json 2>/dev/null \
    | sed -n 's/.*"executable":"\([^"]*modules-[^"]*\)".*/\1/p')
[ -x "$program" ] || { echo "the bench does not build: cargo bench --bench modules --no-run"; exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for module in "${modules[@]}"; do
    # Only what happens inside `measured` is counted, and each call of it is a profile of its own.
    valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*support::measured*' \
        --dump-after='modules::support::measured' --callgrind-out-file="$scratch/$module.out" \
        "$program" "$module" --count --kb 200 >"$scratch/$module.txt" 2>"$scratch/$module.err" \
        || { cat "$scratch/$module.err"; exit 1; }
    awk -F '\t' -v stem="$scratch/$module.out." '
        $1 == "count" {
            part += 1
            file = stem part
            total = ""
            while ((getline line < file) > 0)
                if (line ~ /^(summary|totals):/) { split(line, word, " "); total = word[2] }
            if (total + 0 == 0) { print "no count for " $2 " " $3 > "/dev/stderr"; exit 1 }
            printf "%s\t%s\tinstructions a token\t%.1f\n", $2, $3, total / $4
        }
        $1 == "exact" { printf "%s\t%s\tnumber\t%d\n", $2, $3, $4 }
    ' "$scratch/$module.txt" >>"$scratch/new.tsv"
done

if [ -n "$write" ]; then
    {
        echo "# $(rustc --version), $(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
        printf 'bench\tcase\tfigure\tvalue\n'
        # What was not counted anew stays.
        if [ -f "$record" ]; then
            awk -F '\t' 'NR == FNR { new[$1] = 1; next } !/^#/ && $1 != "bench" && !($1 in new)' "$scratch/new.tsv" "$record"
        fi
        cat "$scratch/new.tsv"
    } >"$scratch/record.tsv"
    mv "$scratch/record.tsv" "$record"
    cat "$record"
    exit 0
fi

[ -f "$record" ] || { echo "no $record: run with --record first"; exit 2; }
echo "now, record, change (more than $tolerance % above the record fails)"
awk -F '\t' -v tolerance="$tolerance" '
    NR == FNR { old[$1 FS $2 FS $3] = $4; next }
    {
        key = $1 FS $2 FS $3
        if (!(key in old)) { printf "%-10s%-24s%-22s%12s  new\n", $1, $2, $3, $4; next }
        change = old[key] ? 100 * ($4 / old[key] - 1) : ($4 ? 100 : 0)
        mark = change > tolerance ? "  !" : ""
        bad += change > tolerance
        printf "%-10s%-24s%-22s%12s%12s%8.1f %%%s\n", $1, $2, $3, $4, old[key], change, mark
    }
    END { if (bad) { print bad " above the record"; exit 1 } }
' "$record" "$scratch/new.tsv"
