"""Active learning for Label Studio: keep what is worth a look, have it reviewed, train on it."""
