"""`kms-module-scaffold`: a new module, complete and running, for its author to go on from."""
