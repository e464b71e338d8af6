use steploom_types::Digest;

use super::{GRAIN_BYTES, PAGE_BYTES, divide, write};

fn memory_of(image: &[u8], export: &str) -> Vec<u8> {
    let engine = wasmtime::Engine::default();
    let module = wasmtime::Module::new(&engine, image).expect("a module");
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::Instance::new(&mut store, &module, &[]).expect("an instance");
    let memory = instance.get_memory(&mut store, export).expect("its memory");
    memory.data(&store).to_vec()
}

#[test]
fn an_image_is_the_memory_it_was_written_from() {
    let code = Digest::of(b"code");
    let mut memory = vec![0; 3 * PAGE_BYTES];
    for at in [
        0,
        1,
        GRAIN_BYTES - 1,
        5 * GRAIN_BYTES + 7,
        3 * PAGE_BYTES - 1,
    ] {
        memory[at] = 1 + (at % 250) as u8;
    }
    let image = write(&memory, code);
    assert_eq!(
        memory_of(&image, &format!("steploom:image-of:{code}")),
        memory
    );
    assert!(image.len() < 4 * GRAIN_BYTES, "what is empty takes no room");
}

#[test]
fn a_runtime_is_divided_into_code_without_data_and_its_first_memory() {
    let runtime = wat::parse_str(
        r#"(module
            (import "env" "memory" (memory 2))
            (func (export "get") (result i32) (i32.load (i32.const 100)))
            (data (i32.const 100) "\2a\00\00\00"))"#,
    );
    let divided = divide(&runtime.expect("text")).expect("a runtime");
    let code = Digest::of(&divided.code);
    let memory = memory_of(&divided.image, &format!("steploom:image-of:{code}"));
    assert_eq!(memory.len(), 2 * PAGE_BYTES);
    assert_eq!(memory[100], 42);
    wasmparser::validate(&divided.code).expect("the code is a module");
}

#[test]
fn what_has_a_memory_of_its_own_is_no_runtime() {
    let module = wat::parse_str(r#"(module (memory (export "memory") 1))"#).expect("text");
    let error = divide(&module).err().expect("refused");
    assert_eq!(error.code, "InvalidRuntime");
    assert!(error.message.contains("env.memory"), "{}", error.message);
}
