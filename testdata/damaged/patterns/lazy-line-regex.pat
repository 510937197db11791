# expect status 1
# expect 10: lazy unbounded quantifier
[file]
format = 1
name = test/broken
version = 1
mta = transcript
[dialect mine]
direction = outbound
[line mine/reply]
role = server
regex = <- +?(?<line>[2-5][0-9][0-9] .*)
[sample reply]
line = <- 250 fine
want line = 250 fine
