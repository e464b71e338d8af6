//! `audit`: who changed what, and whether the records are as they were written.

use steploom_api::wire::{AuditEntry, AuditHead, ListAudit};
use steploom_types::Digest;
use steploom_types::audit::AuditRecord;

use super::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Records that are asked for at a time.
const PAGE: u32 = 1000;

/// Show who changed what: functions, machines, settings, keys
///
/// Each change leaves a record, in the same transaction. Each record has the digest of the one before, so
/// that none can be changed or taken out unseen; --verify computes them all, here.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom audit                 the newest changes last
  steploom audit word-count      of what has this name or id
  steploom audit --verify        compute the whole chain; note the last digest elsewhere")]
pub(crate) struct Args {
    /// Only changes of what has this name or id
    name: Option<String>,

    /// Compute every record's digest and check that the chain is whole
    #[arg(long)]
    verify: bool,
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    // A chain is whole or not: what is shown of it is chosen afterwards.
    let asked = if args.verify { None } else { args.name.clone() };
    let (mut records, head) = load(context, asked).await?;
    let verified = if args.verify {
        Some(verify(&records, head.as_ref())?)
    } else {
        None
    };
    if let Some(name) = &args.name {
        records.retain(|record| record.name == *name);
    }
    if context.json {
        for record in &records {
            out::json_line(record)?;
        }
        if let Some((number, digest)) = verified {
            out::json_line(&serde_json::json!({"verified": number, "digest": digest}))?;
        }
        return Ok(());
    }
    let mut rows = Rows::new(
        context.paint,
        &["n", "when", "who", "what", "name", "detail"],
    );
    for record in &records {
        rows.add([
            record.n.to_string(),
            human::ago(record.at, now()),
            record.actor.escape_debug().to_string(),
            record.action.clone(),
            record.name.escape_debug().to_string(),
            human::clip(&record.detail, 60),
        ]);
    }
    out::line(rows.text(&[]))?;
    if let Some((number, digest)) = verified {
        let records = human::plural(number, "record");
        out::line(format!("verified {records}; the last digest is {digest}"))?;
    }
    Ok(())
}

async fn load(
    context: &Context,
    name: Option<String>,
) -> Result<(Vec<AuditEntry>, Option<AuditHead>), Failure> {
    let mut records = Vec::new();
    let mut next = None;
    loop {
        let list = ListAudit {
            name: name.clone(),
            limit: Some(PAGE),
            next,
        };
        let page = context.client.list_audit(&list).await?;
        records.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok((records, page.head));
        }
    }
}

/// The last number and digest of a chain that is whole.
fn verify(records: &[AuditEntry], head: Option<&AuditHead>) -> Result<(u64, Digest), Failure> {
    let first = AuditRecord::FIRST;
    let mut last = (first.0, Digest::from_bytes(first.1));
    let mut has_head = head.is_none();
    for record in records {
        let record = AuditRecord::from(record.clone());
        if !record.follows(last.0, last.1) {
            return Err(Failure::from(anyhow::anyhow!(
                "the audit is broken: record {} does not follow from the one before, or was changed",
                record.n
            )));
        }
        last = (record.n, record.digest);
        let is_head = |head: &AuditHead| (head.n, head.digest) == last;
        has_head |= head.is_some_and(is_head);
    }
    if !has_head {
        return Err(Failure::from(anyhow::anyhow!(
            "the audit is broken: its last records are missing"
        )));
    }
    Ok(last)
}

#[cfg(test)]
mod tests;
