"""The portal: pages for people, rendered here, in Chinese and English, working without scripts.

A room adds pages so:

1. `portal/<area>.py`: `router = portal_router()`, routes as plain functions. Who may look: a parameter
   `person: Annotated[Person, Depends(seated(Scope.READ))]`. What was posted: `form: FormPart`; every POST by
   a signed-in person is held against his CSRF token before the route runs.
2. Return `page(request, person, "<area>/name.html", ...)`; after a change `redirect("/supplier/...",
   said="<area>.done")`, which shows the word `<area>.said.done` there once; for htmx `fragment(...)`. Errors
   of rooms become pages by themselves; a word `<area>.error.<code>` says them plainly.
3. `templates/<area>/*.html` extend "_layout.html" (blocks `title`, `head`, `main`) and import the pieces of
   `_macros.html` `with context`. No inline style, script or handler. Each form holds `{{ csrf_field() }}`.
4. `words/<area>.zh.json`, `words/<area>.en.json`: same keys. In templates `w("<area>.key", n=3)`; in English
   "one|many" is chosen by `n`. A key put together begins with a text that ends in a dot: `w("a.b." ~ x)`.
5. Append the module to `routes.ROUTERS`, a way to `nav.NAV`, to-do lines to `providers.PROVIDERS`, and each
   page to tests/portal/pages_to_see.py, which the tests of looks, injection and accessibility walk.
"""
