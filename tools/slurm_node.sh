#!/bin/bash
# A SLURM cluster of one node on this machine, for `make test-slurm`: nothing listens beyond the loopback.
#
#     tools/slurm_node.sh start FOLDER    # its state, logs and slurm.conf; prints what to set
#     tools/slurm_node.sh stop FOLDER
#
# A job that is requeued starts again after five seconds (cred_expire), on other clusters after two minutes.
# Needs Debian's slurm-wlm and munge (apt-get install slurm-wlm munge) and root. Jobs run as the user who submits them.
set -euo pipefail

command="${1:-}"
folder="$(realpath -m "${2:-/tmp/slurm_node}")"
node="$(hostname -s)"
cores="$(env -u OMP_NUM_THREADS nproc)"  # which nproc would take for the number of cores
memory="$(($(grep MemTotal /proc/meminfo | tr -dc '0-9') / 1024 - 512))"

fail() { echo "slurm_node.sh: $1" >&2; exit 2; }

write_configuration() {
    cat > "$folder/slurm.conf" <<END
ClusterName=loopback
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=${SLURMCTLD_PORT:-16817}
SlurmdPort=${SLURMD_PORT:-16818}
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=2,sched_interval=2
MpiDefault=none
ReturnToService=2
KillWait=5
MinJobAge=600
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
END
}

start() {
    for program in munged slurmctld slurmd srun sbatch; do
        command -v "$program" > /dev/null || fail "$program is missing: apt-get install slurm-wlm munge"
    done
    [ "$(id -u)" = 0 ] || fail "slurmd must be started by root, this is $(id -un)"
    mkdir -p "$folder/state" "$folder/spool"
    chmod 755 "$folder"
    [ -f "$folder/munge.key" ] || (umask 077; head -c 1024 /dev/urandom > "$folder/munge.key")
    munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    write_configuration
    export SLURM_CONF="$folder/slurm.conf"
    slurmctld -c
    slurmd
    for _ in $(seq 60); do
        state="$(sinfo --noheader --format=%T 2> /dev/null || true)"
        [ "$state" = idle ] && { echo "export SLURM_CONF=$SLURM_CONF"; return; }
        sleep 0.5
    done
    tail -n 5 "$folder"/slurmctld.log "$folder"/slurmd.log >&2
    fail "the node did not become idle (its state is ${state:-not known})"
}

stop() {
    [ -f "$folder/slurm.conf" ] || fail "$folder holds no cluster"
    export SLURM_CONF="$folder/slurm.conf"
    scancel --user="$(id -un)" 2> /dev/null || true
    for name in slurmd slurmctld munged; do
        [ -f "$folder/$name.pid" ] && kill "$(cat "$folder/$name.pid")" 2> /dev/null || true
    done
}

case "$command" in
    start) start ;;
    stop) stop ;;
    *) fail "usage: tools/slurm_node.sh start|stop FOLDER" ;;
esac
