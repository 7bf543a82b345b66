// The exchanges below a phase 1: Quick Modes, Transactions, Informationals.
#include <algorithm>

#include "tracker_impl.hpp"

namespace ike::track {

ChildView Tracker::Impl::children_of(const AttemptRecord& attempt) const {
  if (attempt.children == none) return {};
  switch (attempt.child_list) {
    case ChildListKind::one:
      only_count = 1;
      return {const_cast<AttemptRecord&>(attempt).children, const_cast<ExchangeRecord&>(exchanges[attempt.children]), only_done, only_count};
    case ChildListKind::few: return ChildView{few_children[attempt.children]};
    case ChildListKind::some: return ChildView{some_children[attempt.children]};
    case ChildListKind::many: return ChildView{many_children[attempt.children]};
    case ChildListKind::all: return ChildView{all_children[attempt.children]};
  }
  return {};
}

void Tracker::Impl::bring_list_near(const AttemptRecord& attempt) const {
  if (attempt.children == none) return;
  switch (attempt.child_list) {
    case ChildListKind::one: return prefetch(exchanges[attempt.children]);
    case ChildListKind::few: return prefetch(few_children[attempt.children]);
    case ChildListKind::some: return prefetch(some_children[attempt.children]);
    case ChildListKind::many: return prefetch(many_children[attempt.children]);
    case ChildListKind::all: return;  // few tunnels: what they have is near
  }
}

void Tracker::Impl::release_child_list(AttemptRecord& attempt) {
  if (attempt.children == none) return;
  switch (attempt.child_list) {
    case ChildListKind::one: break;
    case ChildListKind::few: few_children.release(attempt.children); break;
    case ChildListKind::some: some_children.release(attempt.children); break;
    case ChildListKind::many: many_children.release(attempt.children); break;
    case ChildListKind::all: all_children.release(attempt.children); break;
  }
  attempt.children = none;
}

// Into a list of another kind, which must have room for all.
void Tracker::Impl::move_children(AttemptRecord& attempt, ChildListKind kind) {
  const auto from = children_of(attempt);
  std::uint32_t fresh = none;
  ChildView to;
  switch (kind) {
    case ChildListKind::one: return;
    case ChildListKind::few: to = ChildView{few_children[fresh = few_children.allocate()]}; break;
    case ChildListKind::some: to = ChildView{some_children[fresh = some_children.allocate()]}; break;
    case ChildListKind::many: to = ChildView{many_children[fresh = many_children.allocate()]}; break;
    case ChildListKind::all: to = ChildView{all_children[fresh = all_children.allocate()]}; break;
  }
  *to.size = from.count();
  std::copy_n(from.message_ids, from.count(), to.message_ids);
  std::copy_n(from.exchanges, from.count(), to.exchanges);
  std::copy_n(from.types, from.count(), to.types);
  std::copy_n(from.finished, from.count(), to.finished);
  if (attempt.child_list == ChildListKind::one) to.finished[0] = exchanges[attempt.children].finished();
  release_child_list(attempt);
  attempt.children = fresh;
  attempt.child_list = kind;
}

// The list with room for one more, or as long as lists get.
ChildView Tracker::Impl::room_for_child(AttemptRecord& attempt, const ChildView& list) {
  if (list.count() < list.capacity) return list;
  if (attempt.child_list == ChildListKind::one) move_children(attempt, ChildListKind::few);
  else if (attempt.child_list == ChildListKind::few) move_children(attempt, ChildListKind::some);
  else if (attempt.child_list == ChildListKind::some && !under_pressure()) move_children(attempt, ChildListKind::many);
  else if (attempt.child_list == ChildListKind::many && !under_pressure()) move_children(attempt, ChildListKind::all);
  else return list;
  return children_of(attempt);
}

ExchangeRecord& Tracker::Impl::child(AttemptRecord& attempt, const isakmp::Header& header, bool from_responder) {
  if (attempt.newest != none && header.exchange_type != ExchangeType::informational) {  // those are of one message, mostly
    auto& exchange = exchanges[attempt.newest];
    if (exchange.message_id == header.message_id && exchange.type == header.exchange_type) return exchange;
  }
  auto list = children_of(attempt);
  for (auto i = list.count(); i-- > 0;) {
    if (list.message_ids[i] == header.message_id && list.types[i] == header.exchange_type) return exchanges[attempt.newest = list.exchanges[i]];
  }
  std::uint32_t index = none;
  if (attempt.children == none) {
    index = attempt.children = exchanges.allocate();
    attempt.child_list = ChildListKind::one;
  } else {
    list = room_for_child(attempt, list);
    index = list.count() == list.capacity ? drop_child(attempt, list) : exchanges.allocate();
    const auto at = (*list.size)++;
    list.message_ids[at] = header.message_id;
    list.exchanges[at] = index;
    list.types[at] = header.exchange_type;
    list.finished[at] = header.exchange_type == ExchangeType::informational;
  }
  attempt.newest = index;
  auto& exchange = exchanges[index];
  exchange.message_id = header.message_id;
  exchange.type = header.exchange_type;
  exchange.started_by_responder = from_responder;
  return exchange;
}

// Lets go the oldest exchange that has nothing more to say, and gives its record for use. The first Quick Mode is
// kept, since it tells how phase 2 began (the first exchange where none is held), and so are the newest four.
std::uint32_t Tracker::Impl::drop_child(AttemptRecord& attempt, const ChildView& list) {
  constexpr std::uint8_t newest = 4;
  const auto end = static_cast<std::uint8_t>(list.count() > newest + 1 ? list.count() - newest : 2);
  const auto* types = std::find(list.types, list.types + end, ExchangeType::quick_mode);
  const auto kept = static_cast<std::uint8_t>(types == list.types + end ? 0 : types - list.types);
  const auto oldest = static_cast<std::uint8_t>(kept == 0 ? 1 : 0);
  auto victim = oldest;
  while (victim < end && (victim == kept || !list.finished[victim])) ++victim;
  if (victim == end) victim = oldest;
  const auto index = list.exchanges[victim];
  if (attempt.newest == index) attempt.newest = none;
  auto& exchange = exchanges[index];
  attempt.left_out += exchange.log.size();
  exchange.log.clear(notes);
  exchange = ExchangeRecord{};
  const auto left = --*list.size;
  for (auto i = victim; i < left; ++i) {  // few: a library's copy takes longer to call
    list.message_ids[i] = list.message_ids[i + 1];
    list.exchanges[i] = list.exchanges[i + 1];
    list.types[i] = list.types[i + 1];
    list.finished[i] = list.finished[i + 1];
  }
  return index;
}

// An SA that others have followed: where room is short, how it ended is enough.
void Tracker::Impl::trim_children(AttemptRecord& attempt) {
  const auto list = children_of(attempt);
  if (list.count() <= FewChildren::capacity) return;
  while (list.count() > FewChildren::capacity) exchanges.release(drop_child(attempt, list));
  move_children(attempt, ChildListKind::few);
}

// A Quick Mode begins with its first message and is complete with the third; each is counted once.
void Tracker::Impl::note_progress(AttemptRecord& attempt, const ExchangeRecord& exchange) {
  if (exchange.type == ExchangeType::quick_mode && exchange.distinct_from_starter == 1 && exchange.distinct_from_other == 0) count_up(attempt.quick_modes_begun);
  if (!exchange.finished()) return;
  const auto list = children_of(attempt);
  for (auto i = list.count(); i-- > 0;) {
    if (list.message_ids[i] == exchange.message_id && list.types[i] == exchange.type) list.finished[i] = true;
  }
}

}  // namespace ike::track
