@producer @site @one-version
Feature: Keys at the edge of the documents
  A change of keys may take ten minutes or none, and a published key is shown with line breaks that JSON would not
  write so. Either way of a target is right, as long as it stays with it.

  @DM-AUTH-024
  Scenario: Whether a saved key opens the door at once
    When the producer saves administration key "ops-2"
    And the instances are listed with key "ops-2"
    Then the answer follows the reading "key.saved_at_once.http"

  @DM-AUTH-025
  Scenario: Whether a deleted key stays shut out at once
    When the producer saves administration key "ops-2"
    And the change of keys takes effect
    And the producer deletes administration key "ops-2"
    And the instances are listed with key "ops-2"
    Then the answer follows the reading "key.deleted_at_once.http"

  @DM-AUTH-022
  Scenario: Line breaks that are written as two characters
    When the producer saves administration key "ops-2" with written line breaks
    Then the answer follows the reading "key.written_line_breaks.http"

  @DM-AUTH-030
  Scenario: One ID for a key of each kind
    When the producer saves administration key "both"
    And the producer saves client key "both"
    Then the answer follows the reading "key.id_of_other_kind.http"
