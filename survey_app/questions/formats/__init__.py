"""Files and pasted text in, question documents out, and back.

`read` and `read_text` recognise a format by its content, never by its name, and return a `ReadPaper`
in which every question has its state and its problems; nothing is stored. What is no question set
at all (a Word file, a picture, something too big) is refused with `Invalid` and advice.
"""
