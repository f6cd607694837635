/**
 * The style sheet. The font is that of the page, and the colours follow its `color-scheme`. Custom properties set the
 * colours and the radius, and `::part()` sets everything else.
 */
export const CSS = `
:host{display:block;line-height:1.5;text-align:start;max-width:32rem;overflow-wrap:anywhere;
--ink:var(--bank-mfa-ink,light-dark(#15211e,#e6edea));--page:var(--bank-mfa-background,light-dark(#fff,#161e1c));
--accent:var(--bank-mfa-accent,light-dark(#0b6b5d,#5fd0bb));--bad:var(--bank-mfa-error,light-dark(#a82418,#ff9d8f));
--muted:color-mix(in srgb,var(--ink) 70%,var(--page));--inset:color-mix(in srgb,var(--ink) 7%,var(--page))}
:host([hidden]),:empty:is(p,div){display:none}
*{box-sizing:border-box;margin:0;padding:0;border:0;min-width:0;max-width:100%;border-radius:var(--bank-mfa-radius,10px)}
div,form,fieldset{display:grid;gap:1rem}
[part=box]{padding:1.5rem;border:1px solid var(--inset);background:var(--page);color:var(--ink)}
h2{font-size:1.25rem;outline:0}
legend{padding-bottom:.5rem}
[part=field],[part~=options]{gap:.5rem}
[part=hint],[part=label],summary{color:var(--muted);font-size:.875rem}
[role=alert],input,select,button,a,[part~=options] label{padding:.5rem 1rem;border:1px solid var(--muted)}
[role=alert]{gap:0;border-color:var(--bad)}
[part=error],[role=alert]{color:var(--bad)}
input,select,button,a{font:inherit;color:inherit}
button,a,legend,summary{font-weight:600}
input,select{width:100%;background:var(--inset);font-size:max(1em,16px)}
label input{width:1.25rem;min-height:1.25rem;accent-color:var(--accent);flex:none}
[aria-invalid],[aria-invalid] label{border-color:var(--bad)}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
[part~=option],button,a{display:flex;gap:1rem;align-items:center}
[part~=option],button,a,input,select{min-height:3rem}
[part~=options] :has(:checked){border-color:var(--accent);background:var(--inset)}
[part=actions],[part~=images]{display:flex;gap:1rem;flex-wrap:wrap}
button,a{background:0 0;text-decoration:none}
[part~=primary]{background:var(--accent);border-color:var(--accent);color:var(--bank-mfa-on-accent,var(--page))}
:disabled,[aria-disabled],[aria-busy] button{opacity:.5}
summary{padding:.75rem 0}
[data-state=done] h2::before{content:'✓ '/'';color:var(--accent)}
details>*+*{margin-bottom:1rem}
img{background:#fff}
hr{border:2px solid var(--accent)}
[part=status]{position:absolute;width:1px;height:1px;overflow:hidden}
@media(prefers-reduced-motion:no-preference){hr{animation:go 1s infinite alternate}}
@keyframes go{to{opacity:.25}}
`
