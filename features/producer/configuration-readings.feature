@producer @site
Feature: What the documents leave open about configuration
  Where the documents allow more than one behaviour, a target may choose. Each scenario finds out which choice it
  made, so that producers know.

  Background:
    Given the API is spoken in version v1.1

  @DM-CONF-004
  Scenario: A change is a list of values or a single one
    Then the form of a change to "timezone.tolerant" is read

  @DM-CONF-005
  Scenario: The status of a change
    When the producer sets "timezone.tolerant" to "true"
    Then the answer follows the reading "configuration.changed.http"

  @DM-CONF-007
  Scenario: The status of a name that is not known
    When the producer sets "timezone.strict" to "true"
    Then the answer follows the reading "configuration.unknown.http"

  @DM-CONF-008
  Scenario: A boolean in place of its word
    When the producer sets "timezone.tolerant" to the boolean true
    Then acceptance follows the reading "configuration.boolean"

  @DM-CONF-010
  Scenario: A period is shown as it was written, or in its shortest form
    When the producer sets "session.charge.period" to "PT60M"
    Then the value of "session.charge.period" follows the reading "configuration.period"

  @DM-CONF-012
  Scenario: A value that is set back to its default
    When the producer sets "timezone.tolerant" to "true"
    And the producer sets "timezone.tolerant" to "false"
    Then the provenance of the default of "timezone.tolerant" is read

  @DM-CONF-014 @clock
  Scenario: A new period and the sessions that are running
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 10 minutes pass
    And the producer sets "session.charge.period" to "PT30M"
    And 51 minutes pass
    And the client sends a heartbeat
    And 30 minutes pass
    Then the period of the running session is read from "ACT01"
