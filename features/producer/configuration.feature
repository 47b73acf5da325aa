@producer @site
Feature: Configuration
  A producer can let line items be used a little before and after their dates, for customers in other time zones, and
  can choose how often sessions are charged. Every change tells who made it and when.

  Background:
    Given the API is spoken in version v1.1
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |

  @DM-CONF-001 @DM-CONF-002
  Scenario: Defaults are listed as never changed
    Then "timezone.tolerant" is configured as "false" (DM-CONF-001)
    And "session.charge.period" is configured as "PT1H" (DM-CONF-001)
    And "timezone.tolerant" is shown as never changed (DM-CONF-002)

  @DM-CONF-003
  Scenario: A change is shown with the key that made it
    When the producer sets "session.charge.period" to "PT30M"
    Then "session.charge.period" is configured as "PT30M"
    And "session.charge.period" is shown with the key that changed it just now

  @DM-CONF-009
  Scenario: A charge period of nine minutes is refused
    When the producer sets "session.charge.period" to "PT9M"
    Then the answer has status 400
    And "session.charge.period" is configured as "PT1H"

  @DM-LI-A05 @DM-CONF-013 @DM-LINE-041 @clock
  Scenario: A tolerant site charges a line item eleven hours after its end
    Given line items:
      | line item | tokens | starts      | ends     |
      | ACT01     | 100    | 30 days ago | in 1 day |
    When the producer sets "timezone.tolerant" to "true"
    And 35 hours pass
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then 30 tokens are charged

  @DM-LI-A05 @DM-CONF-013 @DM-LINE-041 @clock
  Scenario: A tolerant site does not charge a line item thirteen hours after its end
    Given line items:
      | line item | tokens | starts      | ends     |
      | ACT01     | 100    | 30 days ago | in 1 day |
    When the producer sets "timezone.tolerant" to "true"
    And 37 hours pass
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused

  @DM-TIME-012 @clock
  Scenario: A session is charged every thirty minutes when so configured
    Given a line item "ACT01" of 1000 tokens
    And the producer sets "session.charge.period" to "PT30M"
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 31 minutes pass
    Then "ACT01" has used the charge of the session 2 times

  @DM-CONF-006
  Scenario: What a change does not name stays as it is
    When the producer sets "session.charge.period" to "PT30M"
    And the producer sets "timezone.tolerant" to "true"
    Then "session.charge.period" is configured as "PT30M"
    And "timezone.tolerant" is configured as "true"

  @DM-CONF-006
  Scenario: A change takes effect whole or not at all
    When the producer changes the configuration:
      """
      [{"name": "timezone.tolerant", "value": "true"}, {"name": "session.charge.period", "value": "PT9M"}]
      """
    Then "timezone.tolerant" is configured as "false"
    And "session.charge.period" is configured as "PT1H"

  @DM-CONF-008
  Scenario Outline: A tolerance of "<value>" is refused
    When the producer sets "timezone.tolerant" to "<value>"
    Then the answer has status 400
    And "timezone.tolerant" is configured as "false"

    Examples:
      | value |
      | yes   |
      | 12    |
      |       |

  @DM-CONF-009
  Scenario Outline: A charge period of "<period>" is refused
    When the producer sets "session.charge.period" to "<period>"
    Then the answer has status 400
    And "session.charge.period" is configured as "PT1H"

    Examples:
      | period  |
      | PT24H1M |
      | PT3600S |
      | PT0M    |
      | P1D     |
      | 1h      |
      |         |

  @DM-CONF-009
  Scenario Outline: A charge period of "<period>" is accepted
    When the producer sets "session.charge.period" to "<period>"
    Then "session.charge.period" is configured as "<period>"

    Examples:
      | period  |
      | PT10M   |
      | PT1H30M |
      | PT24H   |

  @DM-CONF-011
  Scenario: v1.1 lists the charge period as well
    Then the configuration lists "timezone.tolerant, session.charge.period"

  @DM-CONF-011
  Scenario: v1.0 does not know the charge period
    Given the API is spoken in version v1.0
    Then the configuration lists "timezone.tolerant"

  @DM-CONF-015
  Scenario: A client does not read the configuration
    Given a client token for the instance
    When the client reads the configuration
    Then the answer follows the reading "token.wrong_kind.http"

  @DM-CONF-015
  Scenario: A client does not change the configuration
    Given a client token for the instance
    When the client sets "timezone.tolerant" to "true"
    Then the answer follows the reading "token.wrong_kind.http"
    And "timezone.tolerant" is configured as "false"
