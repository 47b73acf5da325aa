@client @site @clock
Feature: Line items at the edges of their validity
  A customer on the other side of the world may be given twelve hours around the dates of a line item. Without that
  tolerance a line item sells nothing a second too early or too late.

  Background:
    Given the API is spoken in version v1.1
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And line items:
      | line item | tokens | starts      | ends        |
      | ACT01     | 1000   | in 13 hours | in 20 hours |

  @DM-LI-A04
  Scenario: Without tolerance the start and the end are exact to the second
    When 46799 seconds pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
    When 2 seconds pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted
    When 25198 seconds pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted
    When 2 seconds pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
    And "ACT01" has used 6 tokens

  @DM-LI-A05 @DM-CONF-013
  Scenario: With tolerance both give way by twelve hours
    When the producer sets "timezone.tolerant" to "true"
    And 59 minutes pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
    When 2 minutes pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted
    When 1858 minutes pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted
    When 2 minutes pass
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is refused
