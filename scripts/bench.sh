#: bench [scale [PART=COUNT,...]...]           measure the operator against etcd and an API server, beside a bare client; writes docs/benchmarks.md
#: bench objects|namespaces COUNT...           measure one part of it: deployments without pods, or namespaces with nothing in them
#: bench soak HOURS                            change everything all the time, and see whether memory, threads and files stay flat
#: bench content|sharing|sources               measure how content reaches volumes
export GRADIENT_CLUSTER=bench
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
case ${1:-scale} in
content | sharing | sources) exec bash "$SCRIPTS/bench_content.sh" "$1" ;;
scale | objects | namespaces | soak) ;;
*) fail "usage: ./dev bench scale|objects|namespaces|soak|content|sharing|sources" ;;
esac
for part in cluster objects namespaces pods scale soak; do
	source "$SCRIPTS/bench_$part.sh"
done

"$ROOT/dev" build release
case ${1:-scale} in
scale) bench_scale "${@:2}" ;;
objects | namespaces) bench_scale "$1=$(IFS=, && echo "${*:2}")" ;;
soak) bench_soak "${@:2}" ;;
esac
