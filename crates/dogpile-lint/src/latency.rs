//! `--latency FILE`: how long functions take, as measured.

use dogpile_source::parse_duration_ms;
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// Labels that name what was measured, the first that is there wins.
const LABELS: &[&str] = &["function", "handler", "method", "name", "key"];

/// What is wrong with a latency file.
#[derive(Debug, Error)]
pub(crate) enum LatencyError {
    /// It is no JSON.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another kind.
    #[error("{0}")]
    Shape(String),
}

/// Reads p99s in milliseconds by function or key name: the reply of Prometheus to a `histogram_quantile` query, or an
/// object of names with seconds as numbers or durations as text. Of several series of one name the longest counts.
///
/// # Errors
/// When it is neither.
pub(crate) fn parse_latency(text: &str) -> Result<BTreeMap<String, u64>, LatencyError> {
    let json: Value = serde_json::from_str(text)?;
    let Value::Object(object) = &json else {
        return Err(LatencyError::Shape("it holds no JSON object".to_owned()));
    };
    match object.get("data").and_then(|data| data.get("result")) {
        Some(result) => prometheus(result),
        None if object.get("status").is_some_and(|s| s == "error") => {
            let why = object.get("error").and_then(Value::as_str).unwrap_or("no reason given");
            Err(LatencyError::Shape(format!("Prometheus answered with an error: {why}")))
        }
        None => object.iter().map(|(name, value)| Ok((name.clone(), plain(name, value)?))).collect(),
    }
}

fn plain(name: &str, value: &Value) -> Result<u64, LatencyError> {
    let ms = match value {
        Value::Number(seconds) => seconds.as_f64().and_then(from_seconds),
        Value::String(text) => parse_duration_ms(text),
        _ => None,
    };
    ms.ok_or_else(|| LatencyError::Shape(format!("{name:?} wants seconds or a duration like \"250ms\", not {value}")))
}

fn prometheus(result: &Value) -> Result<BTreeMap<String, u64>, LatencyError> {
    let Value::Array(series) = result else {
        return Err(LatencyError::Shape("`data.result` is no list of series; query for an instant vector".to_owned()));
    };
    let mut found = BTreeMap::new();
    let mut unnamed = 0usize;
    for one in series {
        let metric = one.get("metric");
        let name = LABELS.iter().find_map(|label| metric?.get(*label)?.as_str());
        // An instant vector has one value, a range has many: the worst of them counts.
        let samples = one.get("values").and_then(Value::as_array).cloned().unwrap_or_default();
        let worst = samples.iter().chain(one.get("value")).filter_map(sample).max();
        match (name, worst) {
            (Some(name), Some(ms)) => {
                let slot = found.entry(name.to_owned()).or_insert(ms);
                *slot = ms.max(*slot);
            }
            (None, Some(_)) => unnamed += 1,
            // NaN and Inf are what Prometheus answers where nothing was measured.
            (_, None) => {}
        }
    }
    if found.is_empty() && unnamed > 0 {
        let message = format!("none of its series has a label {}; group the query by one of them", LABELS.join(", "));
        return Err(LatencyError::Shape(message));
    }
    Ok(found)
}

/// `[time, "seconds"]`.
fn sample(pair: &Value) -> Option<u64> {
    let value = pair.get(1)?;
    let seconds = value.as_str().and_then(|s| s.parse().ok()).or_else(|| value.as_f64())?;
    from_seconds(seconds)
}

fn from_seconds(seconds: f64) -> Option<u64> {
    let ms = seconds * 1000.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (ms.is_finite() && (0.0..1e15).contains(&ms)).then(|| ms.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_prometheus_answers() {
        let text = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"function":"app.Recompute","pod":"a"},"value":[1712,"24.5"]},
            {"metric":{"function":"app.Recompute","pod":"b"},"value":[1712,"2"]},
            {"metric":{"handler":"/pay"},"values":[[1,"0.1"],[2,"0.25"],[3,"NaN"]]},
            {"metric":{"name":"idle"},"value":[1712,"NaN"]},
            {"metric":{"pod":"c"},"value":[1712,"9"]}]}}"#;
        let found = parse_latency(text).expect("understood");
        assert_eq!(found, BTreeMap::from([("/pay".to_owned(), 250), ("app.Recompute".to_owned(), 24_500)]));
    }

    #[test]
    fn reads_plain_json() {
        let found = parse_latency(r#"{"app.A": 1.5, "app.B": "250ms"}"#).expect("understood");
        assert_eq!(found, BTreeMap::from([("app.A".to_owned(), 1500), ("app.B".to_owned(), 250)]));
    }

    #[test]
    fn refuses_the_rest() {
        let fault = |text| parse_latency(text).expect_err("a fault").to_string();
        assert!(fault("[1]").contains("no JSON object"));
        assert!(fault("{").starts_with("no JSON: "));
        assert!(fault(r#"{"a": true}"#).contains("wants seconds"));
        assert!(fault(r#"{"status":"error","error":"bad query"}"#).contains("bad query"));
        assert!(fault(r#"{"data":{"result":[{"metric":{},"value":[1,"2"]}]}}"#).contains("group the query"));
    }
}
