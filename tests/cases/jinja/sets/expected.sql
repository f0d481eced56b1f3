<<[1, 2, 3] [1, 2, 3, 4] {2} {2} [1, 3]>>
<<True True True [1, 2] True False True>>
<<[2, 3, 4] 3>>
<<set() empty>>
<<1 set()>>
<<[2, 7]>>
<<{1}>>
<<{1} [1] True True True False>>
<<3True>>
<<a,b ehlo {'k'}>>
<<None d [] None [1]>>
<<{1}>>
<<None>>
<<{(1, 2)}>>
<<1>>
<<True False False False>>
<<1 [5] 3 2 {1} x>>
<<>>
<<[{1}] {'s': {1}}>>
<<{1}x>>
<<['a', 'b'] ['a', 'c']>>
<<2 True>>
<<['A', 'B'] ['b']>>
<<2 [1, 3]>>
<<{0, 1, 2} [1, 2]>>
