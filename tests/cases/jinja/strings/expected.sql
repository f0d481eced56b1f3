<<HELLO WORLD>>
<<hello world>>
<<Hello World>>
<<Hello world>>
<<Hell0 W0rld>>
<<Hell0 World>>
<<11>>
<<Hello>>
<<d>>
<<dlroW olleH>>
<<['Hello', 'World']>>
<<World>>
<<True>>
<<True>>
<<4>>
<<3>>
<<6>>
<<hELLO wORLD>>
<<x>>
<<a>>
<<a>>
<<a>>
<<Hello World>>
<<q>>
<<a-1>>
<<00042>>
<<3.14>>
<<[1]>>
<<5%>>
<<1>>
<<x>>
<<ff>>
<<'a'>>
<<1 b>>
<<a-b-a>>
<<1>>
<<    a|b    |  c  >>
<<03>>
<<1,234,567>>
<<2.500>>
<<>>
<<abc1NoneTrue[1]>>
<<ab>>
<<ababab>>
<<True>>
<<True>>
<<007>>
<<['a.b', 'c']>>
<<('k', '=', 'v=w')>>
<<x>>
<<True>>
<<True>>
<<Ab C>>
<<axb>>
<<>>
<<['l1', 'l2']>>
<<False>>
<<True>>
<<True>>
<<SS>>
<<long text...>>
<<long text ..>>
<<x>>
<<&lt;b&gt;>>
<<&lt;a&gt;>>
<<  x  >>
<<a%20b>>
<<2>>
<<x>>
<<3x>>
<<4>>
<<0>>
<<7>>
<<3.5>>
<<3>>
<<3.14>>
<<2.0>>
<<2>>
<<3>>
<<3.5>>
<<3.0>>
<<1>>
<<1024>>
<<-4>>
<<2>>
<<1000.0>>
<<0.30000000000000004>>
<<10>>
<<3>>
<<1000>>
<<1.0>>
<<100000000000000000000>>
<<0.5>>
<<0.3333333333333333>>
<<None>>
<<x>>
<<z>>
<<False>>
<<>>
<<False>>
<<>>
<<d>>
<<>>
<<e>>
<<None>>
<<True>>
<<False>>
<<True>>
<<True>>
<<True>>
<<ab>>
<<>>
<<body Hello World>>
<<ABC>>
<<ABC HELLO WORLD>>
<<{{ raw }}>>
<<{{>>
<<a	b\n>>
<<it's>>
<<1>>
<<2>>
<<5>>
<<11>>
<<cba>>
<<a>>
<<ab>>
<<'Hello World'>>
<<x>>
<<1>>
<<true>>
<<[1]>>
<<12345>>
<<aXb>>
<<ab>>
<<5>>
<<helloworld>>
<<fallback>>
<<1234567.9>>
<<True>>
<<True>>
<<True>>
<<True>>
<<True>>
<<Café>>
<<900150983cd24fb0d6963f7d28e17f72>>
<<11>>
<<a+b+c>>
<<x>>
<<>>
<<555>>
<<2.5>>
<<2>>
<<b>>
<<cd>>
<<trailing>>
<<None>>
<<x>>
