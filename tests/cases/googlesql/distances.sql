select
  euclidean_distance([1.0, 2.0], [4.0, 6.0]) as length,
  cosine_distance([1.0, 0.0], [0.0, 2.0]) as angle,
  euclidean_distance([('a', 3.0), ('b', 4.0)], [('c', 12.0)]) as sparse
