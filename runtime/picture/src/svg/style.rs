//! The picture's style sheet: plain rules, which every reader of SVG knows, and others for the dark.

pub(super) const SHEET: &str = "
text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,'DejaVu Sans',sans-serif}
.name{font-size:13.5px;font-weight:600;fill:#0f172a}
.about{font-size:11px;fill:#64748b}
.card{fill:#ffffff;stroke:#cbd5e1;stroke-width:1.25}
.box{fill:#f1f5f9;stroke:#94a3b8;stroke-width:1.25}
.behind{fill:#e2e8f0;stroke:#94a3b8;stroke-width:1}
.panel{fill:#fafcff;stroke:#cbd5e1;stroke-width:1;stroke-dasharray:4 3}
.sign{fill:none;stroke:#ffffff;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.end rect{fill:#334155}
.end text{font-size:11px;font-weight:600;fill:#ffffff;text-anchor:middle}
.line{fill:none;stroke:#64748b;stroke-width:1.5}
.line.catch{stroke:#dc2626;stroke-dasharray:5 4}
.head{fill:#64748b}
.head.catch{fill:#dc2626}
.label rect{fill:#ffffff;stroke:#cbd5e1;stroke-width:1}
.label text{font-size:11px;fill:#334155;text-anchor:middle}
.label.catch rect{fill:#fef2f2;stroke:#fca5a5}
.label.catch text{fill:#b91c1c}
@media (prefers-color-scheme:dark){
.name{fill:#f1f5f9}
.about{fill:#94a3b8}
.card{fill:#1e293b;stroke:#475569}
.box{fill:#111a2c;stroke:#64748b}
.behind{fill:#1e293b;stroke:#475569}
.panel{fill:#0f172a;stroke:#475569}
.end rect{fill:#cbd5e1}
.end text{fill:#0f172a}
.line{stroke:#94a3b8}
.line.catch{stroke:#f87171}
.head{fill:#94a3b8}
.head.catch{fill:#f87171}
.label rect{fill:#1e293b;stroke:#475569}
.label text{fill:#cbd5e1}
.label.catch rect{fill:#450a0a;stroke:#991b1b}
.label.catch text{fill:#fecaca}
}
";
