//! The attribute `#[steploom_function::handler]`: it leaves the handler as it is and adds what the
//! host calls. Use it through `steploom-function`, which what it adds stands on.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ItemFn, Result};

/// Makes a function the handler of this module: `fn (event: Event) -> Result<R, Error>`, or with
/// `context: &Context` as a second parameter. `Event` is read by serde, `R` written.
///
/// Stands once in a crate of the type `cdylib`. In WebAssembly it exports `steploom_alloc` and
/// `steploom_handle`; elsewhere nothing, so that tests call the handler as any function.
#[proc_macro_attribute]
pub fn handler(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(&arguments.into(), item.into())
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(arguments: &TokenStream, item: TokenStream) -> Result<TokenStream> {
    let handler: ItemFn = syn::parse2(item)?;
    ensure_callable(arguments, &handler)?;
    let name = &handler.sig.ident;
    let call = if handler.sig.inputs.len() == 1 {
        quote!(#name)
    } else {
        quote!(|event| #name(event, &::steploom_function::Context::current()))
    };
    Ok(quote! {
        #handler

        const _: () = {
            #[allow(dead_code, reason = "only the host answers by it")]
            fn answer(event: &[u8]) -> ::steploom_function::Answer {
                ::steploom_function::answer(event, #call)
            }

            #[cfg(target_family = "wasm")]
            #[unsafe(no_mangle)]
            extern "C" fn steploom_alloc(len: u32) -> u32 {
                ::steploom_function::host::alloc(len)
            }

            #[cfg(target_family = "wasm")]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
                // SAFETY: the host passes what `steploom_alloc` gave, once, with its length.
                unsafe { ::steploom_function::host::handle(ptr, len, answer) }
            }
        };
    })
}

/// Refuses what could not be called, with words that say what to change.
fn ensure_callable(arguments: &TokenStream, handler: &ItemFn) -> Result<()> {
    let signature = &handler.sig;
    if !arguments.is_empty() {
        return Err(Error::new_spanned(
            arguments,
            "`handler` takes no arguments",
        ));
    }
    if let Some(token) = &signature.asyncness {
        return Err(Error::new_spanned(
            token,
            "a handler is not `async`: a module has one thread",
        ));
    }
    if signature.generics.type_params().next().is_some() {
        return Err(Error::new_spanned(
            &signature.generics,
            "a handler has one type of event: it can't be generic",
        ));
    }
    if !(1..=2).contains(&signature.inputs.len()) || signature.receiver().is_some() {
        return Err(Error::new_spanned(
            signature,
            "a handler takes the event and, if it wants, the context: `fn handler(event: Event, context: &Context)`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
