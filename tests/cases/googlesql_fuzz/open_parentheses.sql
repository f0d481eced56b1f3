select .5 from t where (((
