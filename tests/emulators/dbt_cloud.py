"""dbt as dbt Cloud runs it: without this project's package, and notebooks run by a service.

`dbt_cloud.py ARGUMENTS...` is `dbt ARGUMENTS...` but for two things. Folders that hold the package
are not on the path. And what would ask Vertex AI to run a notebook takes it from the bucket that
dbt has uploaded it to, and runs it in the emulated runtime; all else of dbt-bigquery is as it is.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
PACKAGE = "dbt_jetstream"
# `make test-all` installs it there, with this project's package.
RUNTIME = HERE.parents[1] / ".emulator/bigframes/bin/python"


def hide_package() -> None:
    """Take this project's package from the path."""
    sys.path[:] = [folder for folder in sys.path if not (Path(folder) / PACKAGE).is_dir()]
    assert find_spec(PACKAGE) is None


def run_notebook(helper: object, notebook_template_id: str) -> SimpleNamespace:
    """Do what Vertex AI does: run the notebook in the bucket, and say so.

    Raises:
        DbtRuntimeError: If the notebook fails.
    """
    from dbt_common.exceptions import DbtRuntimeError

    bucket = helper._storage_client.bucket(helper._gcs_bucket)  # type: ignore[attr-defined]
    blob = bucket.blob(helper._model_file_name)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "model.ipynb"
        blob.download_to_filename(str(notebook))
        command = [str(RUNTIME), str(HERE / "notebook_runtime.py"), str(notebook)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DbtRuntimeError(done.stderr[-3000:])
    return SimpleNamespace(name=f"notebookExecutionJobs/{notebook_template_id}")


def main() -> int:
    """Run dbt."""
    hide_package()
    from dbt.adapters.bigquery.python_submissions import BigFramesHelper
    from dbt.cli.main import dbtRunner

    BigFramesHelper._submit_bigframes_job = run_notebook  # type: ignore[method-assign]
    done = dbtRunner().invoke(sys.argv[1:])
    if done.exception:
        print(done.exception, file=sys.stderr)
    assert not any(name.startswith(PACKAGE) for name in sys.modules)
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main())
