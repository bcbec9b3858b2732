import assert from "node:assert/strict";
import fc from "fast-check";
import { readMail } from "../../../../local/live/desk/notifications/mail.ts";

const lines = (...each: string[]) => Buffer.from(each.join("\r\n")).toString("latin1");

describe("a mail", () => {
  it("is read as Alertmanager writes it: encoded subject, HTML in quoted-printable, links behind their texts", () => {
    const mail = lines(
      "From: alerts@autoweave.example",
      "Subject: =?utf-8?q?[FIRING]_UsbSlow_=C2=B7?=",
      " =?utf-8?q?_tenant_acme?=",
      "Content-Type: multipart/alternative;  boundary=abc",
      "MIME-Version: 1.0",
      "",
      "--abc",
      "Content-Transfer-Encoding: quoted-printable",
      "Content-Type: text/html; charset=UTF-8",
      "MIME-Version: 1.0",
      "",
      '<html><head><style>p { color: red }</style></head><body style=3D"x"><h2>[FIRING] Usb=',
      "Slow</h2>",
      "<table><tr><th>Tenant</th><td>a&lt;b&gt; =C2=B5</td></tr></table>",
      '<p><a href=3D"https://g.example/d/x?a=3D1&amp;b=3D2">Dash&#43;board</a> <a href=3D"https://r.example">Runbook</a></p>',
      "</body></html>",
      "--abc--",
      "epilogue",
    );
    assert.deepEqual(readMail(mail), {
      subject: "[FIRING] UsbSlow · tenant acme",
      text: "[FIRING] UsbSlow\nTenant a<b> µ\nDash+board: https://g.example/d/x?a=1&b=2\nRunbook: https://r.example",
    });
  });

  it("is read when it is plain text, or in base64", () => {
    assert.deepEqual(readMail(lines("Subject: s", "", "one", "", "two µ")), {
      subject: "s",
      text: "one\r\n\r\ntwo µ",
    });
    const body = Buffer.from("grüße").toString("base64");
    assert.equal(readMail(lines("Content-Transfer-Encoding: BASE64", "", body)).text, "grüße");
  });

  it("keeps no tag of its HTML, and takes no longer than it is long", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<", ">", "<a href=", '"', "a", "</a>", "<p", "\n", "&lt;"), {
          maxLength: 50,
        }),
        (parts) => {
          readMail(lines("Content-Type: text/html", "", parts.join("")));
        },
      ),
    );
    for (const part of ["<", "<a ", '<a href="', "&", "=", " ", "&nbsp;", "\n"]) {
      const began = performance.now();
      readMail(lines("Content-Type: text/html", "", part.repeat(50_000)));
      assert.ok(performance.now() - began < 1000, JSON.stringify(part));
    }
  });
});
