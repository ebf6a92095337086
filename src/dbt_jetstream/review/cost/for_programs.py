"""Costs as rows for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dbt_jetstream.review.cost.plans import BytesOfPlan, Costs
from dbt_jetstream.review.cost.scans import Purpose


def cost_rows(costs: Costs, price: BytesOfPlan | None) -> Iterator[dict[str, Any]]:
    """Yield a row per plan, data source and purpose.

    Args:
        costs: What one experiment reads.
        price: What that costs in bytes, where somebody was asked. Reading dates alone has no price.
    """
    for name, plan in costs.plans.items():
        for source, purpose in dict.fromkeys((s.source, s.purpose) for s in plan.scans):
            part = plan.of(source, purpose)
            is_priced = price is not None and purpose != Purpose.ARRIVAL
            yield {
                "experiment": costs.slug,
                "plan": name,
                "data_source": source.name,
                "tables": list(source.tables),
                "purpose": str(purpose),
                "queries": len(part.scans),
                "source_days": part.source_days,
                "first_date": min(d.first for s in part.scans for d in s.days).isoformat(),
                "last_date": max(d.last for s in part.scans for d in s.days).isoformat(),
                "bytes": round(price(costs.definition, part)) if price and is_priced else None,
            }
