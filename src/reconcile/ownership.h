#pragma once

#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

/// Field management of server-side apply: who owns which field of a child when. The API server
/// keeps it in metadata.managedFields, with one entry for each manager, operation and subresource.
///
///     field of a child            owner (manager, operation)          from when, until when
///     -------------------------------------------------------------------------------------------
///     what render gives           gradient-operator, Apply            create() and update(); an
///                                                                     apply that leaves a field
///                                                                     out removes it
///     spec.replicas
///       a fixed number            the same
///       under an autoscaler       gradient-operator-replicas, Apply   hand_over_replicas(), before
///                                                                     the apply that leaves it out
///                                 its controller, Update of `scale`   from its first scaling
///       a fixed number again      gradient-operator, Apply            update(), by force, before
///                                                                     the autoscaler is removed
///       off or on, where nothing  gradient-operator, Update           scale(), until the next
///       can be applied                                                apply
///     spec, edited by others      the editor, Update                  until a watch shows it
///       (no claim, no Secret)     gradient-operator, Apply            own_edits(), until update()
///                                                                     has removed it
///     what render gives, taken    the one who applied it              until update() takes it back
///       over by force                                                 by force, which is told
///     what excludes a field or    whoever applied it                  until the API server refuses
///       name of ours, applied                                         the two
///       by others
///                                 gradient-operator, Apply            own_rivals(), until update()
///                                                                     has removed it
///     the annotation `applied`,   gradient-operator, Update           own_edits(), own_rivals(),
///       emptied                                                       until update() has written
///       it
///     all else                    whoever wrote it                    never touched
///
/// Of our own four kinds, gradient-operator-status owns the status (Update of `status`, Publisher),
/// and users the rest.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
namespace reconcile {

inline constexpr const char* field_manager = "gradient-operator";
inline constexpr const char* replicas_field_manager = "gradient-operator-replicas";
inline constexpr const char* status_field_manager = "gradient-operator-status";

/// metadata.managedFields after a transfer, to be sent with a patch.
struct EditTransfer {
  json::Json managed_fields;
  std::string editors;  ///< who owned the fields before: "kubectl-edit, k9s"
};

/// What others changed in an object's spec by a plain update (an edit by hand, a rollout undone by
/// kubectl) handed to `manager`, so that its next server-side apply removes what it does not want:
/// an apply leaves alone what somebody else owns, and is refused where that cannot stand beside
/// its own. Left with others: the number of replicas, labels and annotations of the pod template
/// (`kubectl rollout restart`), what is set through a subresource, and what another manager
/// applies.
///
/// `managed_fields` as the server sends it. Empty when there is nothing to transfer, or `manager`
/// has applied nothing.
std::optional<EditTransfer> transfer_edits(const json::Json& managed_fields,
                                           std::string_view manager);

/// What others own, by whatever means, of `live` that `manager` wants to be `wanted`, and that the
/// API server does not take beside it: another handler of a probe, another source of a volume
/// (is_exclusive()), another port of the same name (list_without_same_names()). Handed to `manager`
/// as above; a removal by a patch might be refused itself, as a probe without any handler is.
/// `live` as the server sends it. `editors` has the fields, too:
/// "platform (spec.template.spec.containers[app].lifecycle.preStop.exec)".
std::optional<EditTransfer> transfer_rivals(const json::Json& live, std::string_view manager,
                                            const json::Json& wanted);

/// What others own of `live` beside `wanted` and the API server's words against it are about
/// (refused_fields()): as `editors` above. Empty where there is no such field, or it is not known.
std::string owners_of_refused(const json::Json& live, std::string_view manager,
                              const json::Json& wanted, const std::string& refusal);

}  // namespace reconcile
