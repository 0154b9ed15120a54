#include "page_style.h"

#include <set>

#include "pictures.h"
#include "svg.h"

namespace moebel {

namespace {

constexpr std::string_view kRules = R"CSS(
:root{color-scheme:light dark;--ground:#f5f7fa;--card:#ffffff;--ink:#1c2128;--muted:#5b6370;--rule:#dfe4ea;--grid:#e3e7ed;
  --axis:#8a93a0;--accent:#0a5fb4;--code:#eef1f5}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1160px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}
h2{font-size:19px;margin:0 0 12px}
h3{font-size:15px;margin:20px 0 8px}
p{margin:0 0 12px;max-width:80ch}
.meta,.note{color:var(--muted);font-size:13.5px}
.note{margin-top:8px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px 24px;margin:18px 0}
.chip{display:inline-block;border:1px solid var(--rule);border-radius:99px;padding:1px 10px;font-size:12.5px;margin:0 6px 0 0;
  color:var(--muted)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(255px,1fr));gap:12px;margin:20px 0 6px}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:14px 18px}
.tile b{display:block;font-size:20px;white-space:nowrap;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
.tile span{color:var(--muted);font-size:13px}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;min-width:60%}
th{text-align:left;font-weight:600;color:var(--muted);border-bottom:2px solid var(--rule);padding:6px 12px 6px 0;
  vertical-align:bottom}
td{border-bottom:1px solid var(--rule);padding:5px 12px 5px 0;vertical-align:top;overflow-wrap:anywhere}
td[dir]{text-align:left}
.n{text-align:right;white-space:nowrap;overflow-wrap:normal}
tr.mean td{font-weight:650;border-bottom:2px solid var(--rule)}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(480px,100%),1fr));gap:18px}
svg{max-width:100%;height:auto;display:block}
.maps svg{margin:0 0 8px}
details{margin:12px 0 0}
summary{cursor:pointer;color:var(--accent);font-size:14px}
pre{background:var(--code);border-radius:8px;padding:12px 14px;overflow-x:auto;
  font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
.ink{fill:var(--ink)}.muted{fill:var(--muted)}p.muted{color:var(--muted)}
line.grid{stroke:var(--grid)}line.axis,rect.axis{stroke:var(--axis)}
@media (prefers-color-scheme:dark){:root{--ground:#0f1216;--card:#16191f;--ink:#e6e9ee;--muted:#9aa4b2;--rule:#2a303a;
  --grid:#262c35;--axis:#6d7785;--accent:#7ab8ff;--code:#1d222a}}
@media print{body{background:#fff}.card,.tile{break-inside:avoid;border-color:#ccc}main{padding:0}}
)CSS";

}  // namespace

std::string pageStyle(const std::vector<RunData>& runs)
{
    std::set<std::string> codes;
    for (const RunData& run : runs)
        for (const Language& language : run.languages) codes.insert(language.code);
    std::string light, dark;
    const auto add = [&](const std::string& word, const ColourPair& colour) {
        light += ".swatch." + word + "{background:" + hexColour(colour.light) + "}\n";
        dark += "." + word + "{stroke:" + hexColour(colour.dark) + "}." + word + ".full{fill:" + hexColour(colour.dark) +
                "}.swatch." + word + "{background:" + hexColour(colour.dark) + "}\n";
    };
    for (const std::string& code : codes) add(languageClass(code), languageColour(code));
    for (std::size_t i = 0; i < 4; ++i) add("pc-" + std::to_string(i), plainColour(i));
    return std::string(kRules) + light + "@media (prefers-color-scheme:dark){\n" + dark + "}\n";
}

}  // namespace moebel
