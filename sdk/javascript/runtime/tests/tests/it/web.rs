//! What of the web's and Node's globals is there.

use javascript_tests::result;
use serde_json::json;

#[test]
fn text_and_bytes() {
    for (body, expect) in [
        (
            "return [...new TextEncoder().encode('é😀')]",
            json!([195, 169, 240, 159, 152, 128]),
        ),
        (
            "return new TextDecoder().decode(new Uint8Array([195, 169, 255]))",
            json!("é\u{fffd}"),
        ),
        (
            "return [...new TextEncoder().encode('\\ud83d')]",
            json!([239, 191, 189]),
        ),
        (
            "const d = new TextDecoder(); return d.decode(new Uint8Array([240, 159]), {stream: true}) + d.decode(new Uint8Array([152, 128]))",
            json!("😀"),
        ),
        (
            "try { new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255])) } catch (e) { return e.name }",
            json!("TypeError"),
        ),
        (
            "return new TextDecoder('utf-16le').decode(new Uint8Array([61, 216, 0, 222]))",
            json!("😀"),
        ),
        (
            "return [btoa('hello'), atob('aGVsbG8=')]",
            json!(["aGVsbG8=", "hello"]),
        ),
        (
            "return [Buffer.from('héllo').toString('base64'), Buffer.from('aMOpbGxv', 'base64').toString(), Buffer.from('ff00', 'hex')[0], Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString()]",
            json!(["aMOpbGxv", "héllo", 255, "ab"]),
        ),
        (
            "return JSON.stringify(Buffer.from([1]))",
            json!("{\"type\":\"Buffer\",\"data\":[1]}"),
        ),
        (
            "const b = Buffer.alloc(4); b.writeUInt32BE(258); return [...b, b.readUInt16BE(2)]",
            json!([0, 0, 1, 2, 258]),
        ),
    ] {
        assert_eq!(result(body), expect, "{body}");
    }
}

#[test]
fn copies() {
    let body = "
        const from = { d: new Date(0), m: new Map([[1, new Set([2])]]), r: /a/g, b: new Uint8Array([1]), n: [1, , 3], e: new RangeError('x') };
        from.self = from;
        const to = structuredClone(from);
        return [to !== from, to.self === to, to.d.getTime(), [...to.m.get(1)], to.r.flags, to.b[0], 1 in to.n, to.e instanceof RangeError, to.e.message]";
    assert_eq!(
        result(body),
        json!([true, true, 0, [2], "g", 1, false, true, "x"])
    );
    assert_eq!(
        result("try { structuredClone(() => 1) } catch (e) { return e.name }"),
        json!("DataCloneError")
    );
}

#[test]
fn addresses() {
    for (body, expect) in [
        (
            "return new URL('../x?a=1#h', 'https://ex.org:443/a/b/c').href",
            json!("https://ex.org/a/x?a=1#h"),
        ),
        (
            "const u = new URL('http://u:p@h:81/p?q#f'); return [u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash, u.origin]",
            json!([
                "http:",
                "u",
                "p",
                "h:81",
                "h",
                "81",
                "/p",
                "?q",
                "#f",
                "http://h:81"
            ]),
        ),
        (
            "const u = new URL('http://h/'); u.searchParams.append('a b', 'é&'); u.pathname = 'x y'; return `${u}`",
            json!("http://h/x%20y?a+b=%C3%A9%26"),
        ),
        (
            "const u = new URL('http://h/?a=1'); u.search = '?b=2'; return [...u.searchParams]",
            json!([["b", "2"]]),
        ),
        (
            "try { new URL('no') } catch (e) { return [e.name, e.code] }",
            json!(["TypeError", "ERR_INVALID_URL"]),
        ),
        (
            "return [URL.canParse('http://h'), URL.canParse('x')]",
            json!([true, false]),
        ),
        (
            "return [...new URLSearchParams('?a=1&b=%20x+y&a=2&c')]",
            json!([["a", "1"], ["b", " x y"], ["a", "2"], ["c", ""]]),
        ),
        (
            "const s = new URLSearchParams({b: 1, a: 2}); s.sort(); s.set('b', 3); s.delete('zz'); return [s.toString(), s.get('b'), s.get('c'), s.has('a'), s.size]",
            json!(["a=2&b=3", "3", null, true, 2]),
        ),
        (
            "return JSON.stringify({u: new URL('http://h')})",
            json!("{\"u\":\"http://h/\"}"),
        ),
    ] {
        assert_eq!(result(body), expect, "{body}");
    }
}

#[test]
fn the_language_is_of_our_days() {
    for (body, expect) in [
        (
            "return Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'))",
            json!({"odd": [1, 3], "even": [2]}),
        ),
        ("return [3, 1].toSorted().with(0, 9).at(-1)", json!(3)),
        (
            "return 'a-b'.replaceAll('-', '+').padStart(5, '.')",
            json!("..a+b"),
        ),
        (
            "return 'x'.match(/(?<n>x)/).groups.n + /(?<=a)b/.test('ab')",
            json!("xtrue"),
        ),
        (
            "class A { #p = 1; static s = 2; get p() { return this.#p } }; return [new A().p, A.s]",
            json!([1, 2]),
        ),
        (
            "const { a, ...rest } = { a: 1, b: 2 }; return rest ?? a?.b",
            json!({"b": 2}),
        ),
        (
            "return (2n ** 64n).toString()",
            json!("18446744073709551616"),
        ),
        (
            "const out = []; for await (const x of (async function* () { yield 1; yield 2 })()) out.push(x); return out",
            json!([1, 2]),
        ),
        (
            "return (await Promise.allSettled([1, Promise.reject(2)])).map((r) => r.status)",
            json!(["fulfilled", "rejected"]),
        ),
        (
            "return [new Set([1, 2]).union(new Set([3])).size, [1, 2].values().map((x) => x * 2).toArray()]",
            json!([3, [2, 4]]),
        ),
        ("return /\\p{Letter}+/u.exec('été!')[0]", json!("été")),
        (
            "return new Date('2026-02-03T04:05:06Z').toISOString()",
            json!("2026-02-03T04:05:06.000Z"),
        ),
        (
            "return (1234.5).toFixed(2) + [1.005, 0.1 + 0.2].join()",
            json!("1234.501.005,0.30000000000000004"),
        ),
        (
            "const o = {}; return globalThis === global && new WeakRef(o).deref() === o",
            json!(true),
        ),
    ] {
        assert_eq!(result(body), expect, "{body}");
    }
}
