"""Every table says what kind of data it holds and when its rows go."""

from importlib import import_module

from survey_app import schema
from survey_app.database import Base, DataClass
from tests.architecture.test_pure_core import PACKAGE


def test_every_table_declares_data_class_and_purge_rule():
    for table in schema.metadata.sorted_tables:
        assert table.info.get("data_class") in DataClass, table.name
        assert table.info.get("purge"), table.name


def test_every_models_module_is_loaded_for_migrations():
    for path in PACKAGE.glob("*/models.py"):
        name = f"survey_app.{path.parent.name}.models"
        assert import_module(name) in schema.PACKAGES, f"{name} is missing in schema.py"


def test_every_table_has_a_documented_class():
    for mapper in Base.registry.mappers:
        assert mapper.class_.__doc__, mapper.class_.__name__
