"""The pages that a node serves: open books, wallet, point of sale, stewards' desk.

No build step and no framework: templates, one stylesheet, small ES modules, translations in `.po` files. What
is not signed can be read without JavaScript. Everything that is signed is signed in the browser; these
pages hold no key and decide nothing, they show what the interface answers.
"""
