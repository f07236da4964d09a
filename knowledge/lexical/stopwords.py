"""Words too common to search for (the Snowball project's lists, abridged; BSD licence)."""

_ENGLISH = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it
its itself they them their theirs themselves what which who whom this that these those am is are was were be been
being have has had having do does did doing would should could ought a an the and but if or because as until while
of at by for with about against between into through during before after above below to from up down in out on off
over under again further then once here there when where why how all any both each few more most other some such no
nor not only own same so than too very can will just s t don now ll re ve d m isn aren wasn weren hasn haven hadn
doesn didn won wouldn shan shouldn couldn mustn
"""

_SPANISH = """
de la que el en y a los del se las por un para con no una su al lo como más mas pero sus le ya o este sí si porque
esta entre cuando muy sin sobre también tambien me hasta hay donde dónde quien quién desde todo nos durante todos
uno les ni contra otros ese eso ante ellos e esto mí mi antes algunos qué unos yo otro otras otra él tanto esa estos
mucho quienes nada muchos cual cuál poco ella estar estas algunas algo nosotros mis tú te ti tu tus ellas
nosotras vosotros vosotras os mío mía míos mías tuyo tuya suyo suya suyos suyas nuestro nuestra nuestros nuestras
vuestro vuestra esos esas estoy estás está esta estamos están estan esté estén estaba estaban estuvo he has ha hemos
han haya había habia habían hubo soy eres es somos son sea sean era eran fue fueron ser sido tengo tienes tiene
tenemos tienen tenga tenía tuvo cómo cuándo cuánto cuanto cuánta cuántos cuántas cuáles cuales puedo puede pueden
"""

ENGLISH = frozenset(_ENGLISH.split())
SPANISH = frozenset(_SPANISH.split())

BY_LANGUAGE = {"en": ENGLISH, "es": SPANISH}
