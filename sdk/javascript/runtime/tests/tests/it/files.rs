//! `node:fs`: below /tmp in a call, and the function's own files.

use javascript_tests::{Package, answer, load_error, result};
use serde_json::json;

#[test]
fn files_are_written_and_read() {
    let text = "import fs from 'node:fs';
        export const handler = () => {
            fs.mkdirSync('/tmp/a/b', { recursive: true });
            fs.writeFileSync('/tmp/a/b/c.txt', 'héllo');
            fs.appendFileSync('/tmp/a/b/c.txt', '!');
            const seen = [fs.readFileSync('/tmp/a/b/c.txt', 'utf8'), fs.statSync('/tmp/a/b/c.txt').size, fs.readdirSync('/tmp/a')];
            fs.renameSync('/tmp/a/b/c.txt', '/tmp/d');
            seen.push(fs.existsSync('/tmp/d'), fs.existsSync('/tmp/a/b/c.txt'));
            fs.unlinkSync('/tmp/d');
            fs.rmSync('/tmp/a', { recursive: true });
            seen.push(fs.readdirSync('/tmp'));
            return seen;
        }";
    assert_eq!(
        answer(text, &json!({})),
        Ok(json!(["héllo!", 7, ["b"], true, false, []]))
    );
}

#[test]
fn bytes_are_kept() {
    let body = "const fs = await import('fs/promises'); await fs.writeFile('/tmp/x', new Uint8Array([0, 255])); return [...(await fs.readFile('/tmp/x'))]";
    assert_eq!(result(body), json!([0, 255]));
}

#[test]
fn errors_are_as_in_node() {
    let body = "
        const fs = await import('fs');
        const codes = [];
        for (const run of [() => fs.readFileSync('/tmp/no'), () => fs.mkdirSync('/tmp/a/b'), () => fs.writeFileSync('/function/x', ''), () => fs.readFileSync('/function/no')]) {
            try { run() } catch (error) { codes.push(error.code) }
        }
        return codes";
    assert_eq!(result(body), json!(["ENOENT", "ENOENT", "EROFS", "ENOENT"]));
}

#[test]
fn own_files_are_read_while_loading_and_later() {
    let package = Package::new(
        "index.js",
        "const fs = require('fs'); const path = require('path');
        const early = fs.readFileSync(path.join(__dirname, 'data', 'a.txt'), 'utf8');
        exports.handler = () => [early, fs.readFileSync('data/a.txt', 'utf8'), fs.readdirSync('.')]",
    )
    .file("data/a.txt", "text");
    let function = package.load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        function.call(&json!({})),
        Ok(json!(["text", "text", ["data", "index.js"]]))
    );
}

#[test]
fn folders_are_there_in_a_call_even_if_loading_asked() {
    let text = "import fs from 'fs';
        let early; try { fs.readFileSync('/tmp/x') } catch (error) { early = error.code }
        export const handler = () => { fs.writeFileSync('/tmp/x', '1'); return [early, fs.readFileSync('/tmp/x', 'utf8')] }";
    assert_eq!(answer(text, &json!({})), Ok(json!(["ELOADING", "1"])));
    let error =
        load_error("import fs from 'fs'; fs.readFileSync('/tmp/x'); export const handler = 1");
    let message = error["errorMessage"].as_str().expect("text");
    assert!(
        message.contains("no folders while the function is loaded"),
        "{message}"
    );
}
