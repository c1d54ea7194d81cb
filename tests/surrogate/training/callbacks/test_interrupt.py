"""The sbatch file with a false SLURM: warned of the end of its time, the job goes on in its next
life bit by bit.
"""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import torch
import yaml
from lightning.pytorch import Callback
from lightning.pytorch.plugins.environments import LightningEnvironment

from surrogate.cli.interrupts import remember_warning
from surrogate.training.callbacks.interrupt import Interruptible, requeue
from surrogate.training.checkpoint_file import WholeFiles
from surrogate.training.run_folder import exclusive, latest
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
SBATCH = Path(__file__).parents[4] / "configs/cluster/fit.sbatch"
# One task of one node. The real srun passes the signals of the job on to its tasks; this one
# becomes the task.
SRUN = """#!/bin/bash
echo $$ > pid
export SLURM_NTASKS=1 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0
exec "$@"
"""
SCONTROL = '#!/bin/bash\necho "$@" >> scontrol.log\n'
COMMAND = f'#!/bin/bash\nexec {sys.executable} -m surrogate "$@"\n'
JOB = {
    "SLURM_JOB_ID": "4217",
    "SLURM_JOB_NAME": "surrogate",
    "SLURM_NNODES": "1",
    "SLURM_NTASKS_PER_NODE": "1",
}


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A folder with data, a config and the programs of SLURM, in which a job can be started."""
    for name, text in {"srun": SRUN, "scontrol": SCONTROL, "surrogate": COMMAND}.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    write_records(tmp_path / "records.h5")
    config = {
        "seed_everything": 1,
        "data": {
            "path": "records.h5",
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "batch_size": 4,
            "windows_per_epoch": 12,
        },
        "model": {
            "network": {
                "class_path": "surrogate.networks.LSTM",
                "init_args": {"hidden": 4, "recurrent_dropout": 0.1},
            }
        },
        "trainer": {"max_epochs": 40, "enable_progress_bar": False, "enable_model_summary": False},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.chdir(tmp_path)
    for name, value in (JOB | {"ACCELERATOR": "cpu", "OMP_NUM_THREADS": "1"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(SBATCH.parents[2]))
    return tmp_path


def start(run):
    return subprocess.Popen(
        ["bash", SBATCH, "--config", "config.yaml", "--run", run], stderr=subprocess.PIPE
    )


def finish(job):
    errors = job.communicate(timeout=120)[1].decode()
    assert job.returncode == 0, errors


def warn(job, begun):
    """Send what SLURM sends before the end of the time, once the training has got somewhere."""
    while not begun.exists() and job.poll() is None:
        time.sleep(0.01)
    os.kill(int(Path("pid").read_text()), signal.SIGUSR1)


@pytest.mark.slow
def test_a_job_that_is_requeued_ends_as_one_that_is_not(cluster):
    job = start("cut")
    warn(job, cluster / "cut/last.ckpt")
    finish(job)
    assert Path("scontrol.log").read_text() == "requeue 4217\n"
    state = torch.load(cluster / "cut" / Interruptible.name, weights_only=True)
    assert 0 < state["global_step"] < 120
    finish(start("cut"))  # the same command goes on with what there is
    assert not (cluster / "cut" / Interruptible.name).exists()
    finish(start("whole"))
    cut, whole = (
        torch.load(cluster / run / "last.ckpt", weights_only=True) for run in ("cut", "whole")
    )
    assert cut["global_step"] == whole["global_step"] == 120
    assert all(
        torch.equal(cut["state_dict"][name], value) for name, value in whole["state_dict"].items()
    )


class Warn(Callback):
    """The signal in the middle of a step."""

    def __init__(self, batch, number=signal.SIGUSR1):
        self.batch = batch
        self.number = number

    def on_before_zero_grad(self, trainer, module, optimizer):
        if trainer.fit_loop.total_batch_idx == self.batch:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize(
    ("accumulated", "batch", "steps"),
    [(1, 0, 1), (1, 4, 5), (1, 5, 6), (2, 0, 1), (2, 2, 2), (2, 3, 3)],
    ids=str,
)
def test_an_interrupted_training_goes_on_bit_by_bit(tmp_path, accumulated, batch, steps):
    """Three batches an epoch; the step that was begun is finished, with all the gradients that it
    accumulates.
    """
    path = str(write_records(tmp_path / "records.h5"))
    trainer = {"accumulate_grad_batches": accumulated, "default_root_dir": str(tmp_path)}
    undisturbed, _ = fit(path, epochs=3, trainer=trainer)
    with pytest.raises(SystemExit) as stop:
        fit(path, epochs=3, trainer=trainer, callbacks=[Interruptible(), Warn(batch)])
    assert stop.value.code == 0
    checkpoint = tmp_path / Interruptible.name
    assert torch.load(checkpoint, weights_only=True)["global_step"] == steps
    resumed, _ = fit(
        path, epochs=3, trainer=trainer, callbacks=[Interruptible()], checkpoint=checkpoint
    )
    assert all(map(torch.equal, resumed.parameters(), undisturbed.parameters()))
    assert not checkpoint.exists()


def test_a_warning_that_comes_before_the_training_is_remembered(tmp_path):
    """Python takes seconds to load what a training needs; SIGUSR1 would end it within them."""
    path = str(write_records(tmp_path / "records.h5"))
    before = signal.getsignal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    try:
        remember_warning()
        os.kill(os.getpid(), signal.SIGUSR1)
        with pytest.raises(SystemExit) as stop:
            fit(path, trainer={"default_root_dir": str(tmp_path)}, callbacks=[Interruptible()])
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert stop.value.code == 0
    assert torch.load(tmp_path / Interruptible.name, weights_only=True)["global_step"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_keep_the_state_of_the_step_and_stop_a_chain(tmp_path, number, capsys):
    """A shell that reads `fit && test` must not go on."""
    path = str(write_records(tmp_path / "records.h5"))
    trainer = {"default_root_dir": str(tmp_path)}
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    undisturbed, _ = fit(path, epochs=3, trainer=trainer)
    with pytest.raises(SystemExit) as stop:
        fit(path, epochs=3, trainer=trainer, callbacks=[Interruptible(), Warn(4, number)])
    assert stop.value.code == 128 + number
    assert "stopped in epoch 2: the same command with --ckpt_path last" in capsys.readouterr().err
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] == 5
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
    resumed, _ = fit(path, epochs=3, trainer=trainer, checkpoint=tmp_path / "last.ckpt")
    assert all(map(torch.equal, resumed.parameters(), undisturbed.parameters()))


@pytest.mark.parametrize("batch", [2, 5], ids=["between epochs", "at the end"])
def test_an_epoch_that_was_trained_is_validated_before_the_stop(tmp_path, batch):
    """Lightning goes on behind the validation of an epoch whose last step is in the checkpoint."""
    path = str(write_records(tmp_path / "records.h5"))
    trainer = {"default_root_dir": str(tmp_path)}
    law = partial(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.5)
    whole = Rates()
    undisturbed, _ = fit(path, epochs=2, trainer=trainer, callbacks=[whole], lr_scheduler=law)
    first = Rates()
    stop = [Interruptible(), Warn(batch, signal.SIGTERM), first]
    with pytest.raises(SystemExit) as stopped:
        fit(path, epochs=2, trainer=trainer, callbacks=stop, lr_scheduler=law)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert len(first.seen) == 1 + batch // 3
    rest = Rates()
    resumed, _ = fit(
        path,
        epochs=2,
        trainer=trainer,
        callbacks=[rest],
        checkpoint=tmp_path / "last.ckpt",
        lr_scheduler=law,
    )
    assert first.seen + rest.seen == whole.seen
    assert all(map(torch.equal, resumed.parameters(), undisturbed.parameters()))


class Rates(Callback):
    """Validation loss and learning rate of every epoch that is validated."""

    def __init__(self):
        self.seen = []

    def on_validation_end(self, trainer, module):
        if not trainer.sanity_checking:
            rate = trainer.optimizers[0].param_groups[0]["lr"]
            self.seen.append((float(trainer.callback_metrics["validation/loss"]), rate))


def test_a_task_of_an_array_is_requeued_by_its_number(cluster, monkeypatch):
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "99")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
    requeue()
    assert Path("scontrol.log").read_text() == "requeue 99_3\n"


REFUSALS = {
    "#!/bin/bash\necho 'Requested operation is presently disabled for job 4217' >&2\nexit 1\n": (
        "scontrol requeue 4217: Requested operation is presently disabled for job 4217"
    ),
    None: "scontrol requeue 4217: [Errno 2] No such file or directory: 'scontrol'",
}


@pytest.mark.parametrize("program", REFUSALS, ids=["--no-requeue", "no scontrol"])
def test_a_job_that_does_not_come_again_says_where_its_state_is(
    cluster, monkeypatch, capsys, program
):
    (cluster / "bin/scontrol").unlink()
    monkeypatch.setenv("PATH", str(cluster / "bin"))
    if program:
        (cluster / "bin/scontrol").write_text(program)
        (cluster / "bin/scontrol").chmod(0o755)
    trainer = {"default_root_dir": str(cluster), "plugins": [LightningEnvironment()]}
    with pytest.raises(SystemExit) as stop:
        fit(str(cluster / "records.h5"), trainer=trainer, callbacks=[Interruptible(), Warn(4)])
    assert stop.value.code == 128 + signal.SIGUSR1
    told = capsys.readouterr().err
    assert f"the job does not come again: {REFUSALS[program]}" in told
    assert f"--ckpt_path last continues from {cluster / Interruptible.name}" in told


def test_without_slurm_nothing_is_requeued(cluster, monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID")
    requeue()
    assert not Path("scontrol.log").exists()


def test_the_latest_checkpoint(tmp_path):
    assert latest(tmp_path) is None
    for age, name in ((30, "interrupted.ckpt"), (20, "last.ckpt")):
        torch.save({"step": 1}, tmp_path / name)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    assert latest(tmp_path) == tmp_path / "last.ckpt"
    os.utime(tmp_path / "interrupted.ckpt")
    assert latest(tmp_path) == tmp_path / "interrupted.ckpt"


def test_a_torn_checkpoint_is_left_for_the_newest_whole_one(tmp_path, capsys):
    for name in ("best.ckpt", "last.ckpt", "interrupted.ckpt"):
        torch.save({"step": 1}, tmp_path / name)
    torn = tmp_path / "interrupted.ckpt"
    torn.write_bytes(torn.read_bytes()[:-200])
    assert latest(tmp_path) == tmp_path / "last.ckpt"
    told = capsys.readouterr().err
    assert "interrupted.ckpt" in told
    assert "last.ckpt is the newest checkpoint that is whole" in told
    (tmp_path / "last.ckpt").write_bytes(b"")
    assert latest(tmp_path) == tmp_path / "best.ckpt"
    (tmp_path / "best.ckpt").write_bytes(b"")
    with pytest.raises(ValueError, match="has no checkpoint that is whole"):
        latest(tmp_path)


def test_one_training_at_a_time_writes_into_a_run(tmp_path):
    second = exclusive(tmp_path / "run")
    with (
        exclusive(tmp_path / "run"),
        pytest.raises(FileExistsError, match="another training runs in"),
    ):
        second.__enter__()
    with exclusive(tmp_path / "run"):
        pass


def test_a_checkpoint_is_written_beside_its_target(tmp_path, monkeypatch):
    """TMPDIR is on another disk, as on clusters: a copy from there would tear the target."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    path = tmp_path / "last.ckpt"
    torch.save({"step": 1}, path)

    class Full(dict):
        def __reduce__(self):
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        WholeFiles().save_checkpoint({"state": Full()}, path)
    assert torch.load(path, weights_only=True) == {"step": 1}
    WholeFiles().save_checkpoint({"step": 2}, path)
    assert torch.load(path, weights_only=True) == {"step": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]
