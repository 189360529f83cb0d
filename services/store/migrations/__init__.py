"""How a database came to have its tables, one file a step.

To change a table: change `services/store/tables.py` and add `versions/NNNN_what.py` from `script.py.mako`, its revision
being the next number. `tests/services/store/test_schema.py` fails until the steps build exactly the declared tables.
A step that was released is never changed.
"""
