/**
 * The style sheet. Colours follow the `color-scheme` of the page. Every colour, the font and the radius can be set with a
 * custom property; everything else with `::part()`.
 */
export const CSS = `
:host{display:block;max-width:var(--bank-mfa-width,32rem);font:1rem/1.5 var(--bank-mfa-font,system-ui,sans-serif);
--ink:var(--bank-mfa-ink,light-dark(#15211e,#e6edea));--muted:var(--bank-mfa-muted,light-dark(#52635e,#a3b3ae));
--page:var(--bank-mfa-background,light-dark(#fff,#161e1c));--inset:var(--bank-mfa-inset,light-dark(#f4f7f6,#101716));
--line:var(--bank-mfa-line,light-dark(#74827e,#7c8e88));--accent:var(--bank-mfa-accent,light-dark(#0b6b5d,#5fd0bb));
--on-accent:var(--bank-mfa-on-accent,light-dark(#fff,#06231e));--bad:var(--bank-mfa-error,light-dark(#a82418,#ff9d8f));
--radius:var(--bank-mfa-radius,10px);text-align:start;overflow-wrap:anywhere}
:host([hidden]){display:none}
*{box-sizing:border-box;margin:0;min-inline-size:0}
[part=box],form,fieldset,[part=field]{display:grid;gap:1rem}
[part=box]{padding:1.5rem;border:1px solid color-mix(in srgb,var(--line) 40%,transparent);
border-radius:calc(var(--radius)*1.4);background:var(--page);color:var(--ink)}
[part=box]:empty,p:empty,[role=alert]:empty{display:none}
h2{font-size:1.25rem;line-height:1.3;text-wrap:balance;outline:0}
fieldset{border:0;padding:0}
legend{padding:0;font-weight:600}
[part=field]{gap:.375rem}
[part~=hint],[part~=time],[part=label]{color:var(--muted);font-size:.875rem;font-variant-numeric:tabular-nums}
[part~=error],[role=alert]{color:var(--bad);font-weight:600}
[part~=alert]{padding:.75rem 1rem;border-inline-start:4px solid;border-radius:4px;background:var(--inset)}
input,select,button,a{font:inherit;color:inherit;min-block-size:48px;border:1px solid var(--line);
border-radius:var(--radius);padding:.5rem .875rem}
input,select{inline-size:100%;background:var(--inset)}
[type=radio],[type=checkbox]{inline-size:1.25rem;min-block-size:1.25rem;accent-color:var(--accent);flex:none}
[autocomplete=one-time-code]{font-size:1.375rem;letter-spacing:.2em}
[aria-invalid]:is(input,select),[aria-invalid] input{border-color:var(--bad);outline:1px solid var(--bad)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[part=option],summary{display:flex;gap:.75rem;align-items:center;min-block-size:44px;cursor:pointer}
[part=options]{display:grid;gap:.5rem}
[part=options] [part=option]{padding:.5rem .875rem;border:1px solid var(--line);border-radius:var(--radius)}
[part=option]:has(:checked){border-color:var(--accent)}
[part=images]{display:grid;gap:.5rem;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr))}
img{max-inline-size:100%;border-radius:4px;background:#fff}
[part=actions]{display:flex;flex-wrap:wrap;gap:.75rem}
button,a{display:inline-flex;align-items:center;font-weight:600;text-decoration:none;background:none;cursor:pointer}
[part~=primary]{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
:disabled,[aria-disabled]{opacity:.55;cursor:default}
summary{color:var(--muted);font-weight:600;font-size:.875rem}
details>*+*{margin-block-end:.75rem}
iframe{display:block;border:0;border-radius:var(--radius);background:#fff}
[part~=frame]{min-block-size:8rem}
[part~=progress]{block-size:4px;border-radius:4px;overflow:hidden;background:var(--inset)}
[part~=progress]::after{content:'';display:block;block-size:100%;inline-size:40%;border-radius:4px;background:var(--accent)}
[part=status]{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)}
[data-state=done] h2::before{content:'✓ '/'';color:var(--accent)}
@media(prefers-reduced-motion:no-preference){[part~=progress]::after{animation:go 1.6s ease-in-out infinite alternate}}
@keyframes go{to{margin-inline-start:60%}}
@media(forced-colors:active){[part~=progress]::after{background:Highlight}}
`
