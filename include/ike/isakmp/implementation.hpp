#pragma once

#include <string>

#include "ike/isakmp/message.hpp"

namespace ike::isakmp {

/// A guess at the product that sent `message`, from its vendor IDs: one that only this product sends, or else which
/// ones it sends in which order. Empty when they fit none. A guess it stays: IDs are copied, and orders change
/// from version to version.
struct ImplementationGuess {
  std::string name;             ///< "strongSwan"
  bool by_order = false;        ///< by the order of IDs that others send, too
};
ImplementationGuess guess_implementation(const Message& message);

}  // namespace ike::isakmp
