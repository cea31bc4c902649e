"""What blastcheck keeps on this machine: models, which of them is in use, and feedback.

All of it lies in one folder (`places.data_folder`), readable by its owner alone, easy to find and
to delete. Nothing is imported here, so that `blastcheck FILE` can ask which model is in use at
next to no cost.
"""
