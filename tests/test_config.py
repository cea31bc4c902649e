"""Settings files: which count, what they may say, how faults are told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.config import CHECKS, Settings, _problems, load_settings
from classifier.schema import TACTICS, ConfigError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's configuration folder of their own; returns the path of its `config.toml`."""
    folder = tmp_path / "home" / "blastcheck"
    folder.mkdir(parents=True)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: folder.parent / name)
    return folder / "config.toml"


@pytest.fixture
def project(tmp_path, home):  # noqa: ARG001 - no test may see the settings of its user
    folder = tmp_path / "project" / "sub"
    folder.mkdir(parents=True)
    return folder


def test_without_files_the_defaults_hold(project):
    assert load_settings(project) == Settings()


def test_every_key_is_a_field_of_settings():
    assert set(CHECKS) == set(Settings.__slots__)


def test_a_whole_file(project):
    (project / "blastcheck.toml").write_text(
        'ui_lang = "he"\ncolor = "never"\nmodel = "my-model"\noff = ["gift_wrap"]\n'
        "[thresholds]\ncv_blast = 0.9\ngive_to_get = 1\n"
    )
    assert load_settings(project) == Settings(
        thresholds={"cv_blast": 0.9, "give_to_get": 1},
        ui_lang="he",
        off=frozenset({"gift_wrap"}),
        model=project.resolve() / "my-model",
        color="never",
    )


def test_later_wins_key_by_key(home, project):
    home.write_text('ui_lang = "fr"\ncolor = "never"\nthresholds = { cv_blast = 0.5 }\n')
    (project.parent / "pyproject.toml").write_text(
        '[tool.blastcheck]\nui_lang = "en"\nthresholds.give_to_get = 0.7\n'
    )
    settings = load_settings(project)
    assert (settings.ui_lang, settings.color) == ("en", "never")
    assert settings.thresholds == {"cv_blast": 0.5, "give_to_get": 0.7}


def test_the_nearest_file_counts_and_blastcheck_toml_before_pyproject(project):
    (project.parent / "blastcheck.toml").write_text('ui_lang = "fr"')
    (project / "pyproject.toml").write_text('[project]\nname = "uses-blastcheck"\n')
    assert load_settings(project).ui_lang == "fr"
    (project / "pyproject.toml").write_text('[tool.blastcheck]\nui_lang = "he"\n')
    assert load_settings(project).ui_lang == "he"
    (project / "blastcheck.toml").write_text('ui_lang = "en"')
    assert load_settings(project).ui_lang == "en"


@pytest.mark.parametrize("text", ["[broken", "tool = 3 # blastcheck", "\udcff"])
def test_a_pyproject_of_others_is_not_our_business(project, text):
    (project / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert load_settings(project) == Settings()


def test_a_broken_file_of_ours_is_named(project):
    path = project / "pyproject.toml"
    path.write_text("[tool.blastcheck\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml: not TOML: .*--no-config"):
        load_settings(project)


def test_a_given_file_is_the_only_one_read(home, project, tmp_path):
    home.write_text('ui_lang = "fr"')
    (project / "blastcheck.toml").write_text('ui_lang = "he"')
    given_file = tmp_path / "my.toml"
    given_file.write_text('color = "always"')
    assert load_settings(project, file=given_file) == Settings(color="always")
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load_settings(project, file=tmp_path / "none.toml")


def test_every_fault_of_a_file_is_told_at_once(project):
    path = project / "blastcheck.toml"
    path.write_text(
        'ui-lnag = "fr"\nui_lang = "hebrew"\ncolor = 1\nmodel = 2\n'
        'off = ["gift_warp", 3]\n'
        "[thresholds]\ncv_blsat = 0.5\ncv_blast = true\ngive_to_get = 1.5\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(project)
    assert str(caught.value).split("\n  ") == [
        f"{path.resolve()}:",
        "ui-lnag = 'fr': unknown key; did you mean 'ui_lang'?",
        "ui_lang = 'hebrew': unknown; did you mean 'he'?",
        "color = 1: text is needed, one of auto, always, never",
        "model = 2: the path of a model folder is needed, as text",
        "off[0] = 'gift_warp': unknown; did you mean 'gift_wrap'?",
        "off[1] = 3: text is needed, one of " + ", ".join(TACTICS),
        "thresholds.cv_blsat = 0.5: unknown label; did you mean 'cv_blast'?",
        "thresholds.cv_blast = True: a number from 0 to 1 is needed",
        "thresholds.give_to_get = 1.5: outside 0 to 1",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("thresholds = 0.5", "thresholds = 0.5: a table is needed, as in thresholds = { cv_blast"),
        ("thresholds.cv_blast = nan", "thresholds.cv_blast = nan: outside 0 to 1"),
        ('off = "gift_wrap"', "off = 'gift_wrap': a list of tactics is needed"),
        ("zzz = 1", "zzz = 1: unknown key; known: thresholds, ui_lang, off, model, color"),
    ],
)
def test_faults(project, text, told):
    (project / "blastcheck.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(project)
    assert told in str(caught.value)


def test_tool_blastcheck_that_is_no_table(project):
    (project / "pyproject.toml").write_text("[tool]\nblastcheck = 3\n")
    with pytest.raises(ConfigError, match="blastcheck = 3: a table is needed"):
        load_settings(project)


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*CHECKS, "other"]), VALUES))
def test_any_table_is_judged_without_a_crash(table):
    assert all(isinstance(problem, str) for problem in _problems(table))


def test_a_home_sign_in_the_model_path_is_expanded(project):
    (project / "blastcheck.toml").write_text('model = "~/m"')
    assert load_settings(project).model == Path.home() / "m"
