<<True True False True True True True True True True True>>
<<False True True True [True, False] {'a': True} True True True>>
<<True True False>>
<<a2,3>>
<<True False True True>>
<<[2, 3] [1, 2] True True True True True>>
<<True True True True True>>
