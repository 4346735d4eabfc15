"""The indexed unit: from printed price changes to the value of one unit on each day.

What it is for: the unit's value in national currency follows prices, by rules that anyone can
recompute (docs/INDEX.md). The modules, lowest first:

- `days`: days, months and weeks as integers, and the windows of each method;
- `periods`: which periods a table has prints of, and what they are called;
- `exact`: decimal arithmetic that gives the same digits everywhere;
- `parameters`: what one table of the charter fixes;
- `line`: how a line of values goes on by another table, or in another currency;
- `prints`: what an `index` entry carries, and why one is refused;
- `chains`, `glide`: the value of each day of a window, of an official unit and of a survey;
- `certified`: what a survey's level does, and what one that covers a gap does;
- `table`: the index of one log, from the entries it has taken in: day -> value in millionths;
- `conversion`: prices to units and back, and the check of an indexed price;
- `statistics`: a survey's prices to one level, and the levels of many coops to one.

Rules: integers go in and come out; decimals inside have 50 digits and are rounded once; a day that
has a value keeps it for ever.

What it does not do: signatures, certificates and the order in which logs take entries in are decided
elsewhere; nothing here reads a file or a clock.
"""
