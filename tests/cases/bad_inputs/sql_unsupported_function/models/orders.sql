select
  ml.predict(1) as x
