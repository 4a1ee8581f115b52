"""`kms-module-creator`: what module authors run on a spec."""
