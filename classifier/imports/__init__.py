"""Labelled messages from spreadsheets and annotation tools, whatever they call things.

`read_labelled` gives Examples, and says of every row it could not use where it stands and why.
"""

from classifier.imports.files import FORMATS
from classifier.imports.labels import TARGETS
from classifier.imports.records import Imported, read_labelled
from classifier.imports.rows import Fault, ImportOptions

__all__ = ["FORMATS", "TARGETS", "Fault", "ImportOptions", "Imported", "read_labelled"]
