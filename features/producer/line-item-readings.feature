@producer
Feature: What the documents leave open about line items
  Where the documents allow more than one behaviour, a target may choose. Each scenario finds out which choice it
  made, so that producers know, and checks what has to hold under every choice.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |

  @DM-LINE-008
  Scenario: What the answer to a mapping shows
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    Then the body of the confirmation is read

  @DM-LINE-023
  Scenario Outline: <overdraft> of an overdraft
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps", <members>}}
      """
    Then acceptance follows the reading "<decision>"

    Examples:
      | overdraft              | members                                            | decision                      |
      | A number without limit | "overdraftType": "Number"                          | lineitem.number_without_limit |
      | A limit below 0        | "overdraftType": "Number", "overdraftLimit": -1    | lineitem.negative_limit       |
      | A limit of the endless | "overdraftType": "Unlimited", "overdraftLimit": 50 | lineitem.unlimited_with_limit |

  @DM-LINE-023
  Scenario: The limit of an unlimited overdraft has no effect
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps", "overdraftType": "Unlimited",
                      "overdraftLimit": 5}}
      """
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then no part of 30 tokens is charged alone

  @DM-LINE-026
  Scenario Outline: A line item that ends <when>
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": <end>,
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    Then acceptance follows the reading "<decision>"

    Examples:
      | when             | end           | decision                  |
      | before it starts | $DAYS_AGO(31) | lineitem.end_before_start |
      | when it starts   | $DAYS_AGO(30) | lineitem.end_is_start     |

  @DM-LINE-027
  Scenario: The tokens are lowered below what is used
    Given a line item "ACT01" of 100 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the line item "ACT01" is changed to 20 tokens
    Then acceptance follows the reading "lineitem.quantity_below_used"
    And "ACT01" has used 30 tokens

  @DM-LINE-030
  Scenario: The order of the list
    Given line items:
      | line item | tokens | ends        |
      | ACT02     | 100    | in 200 days |
      | ACT01     | 100    | in 300 days |
      | ACT03     | 100    | in 100 days |
    When the producer lists the line items
    Then the order of the listed line items is read

  @DM-LINE-040
  Scenario: A line item that does not say whether it is elastic
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"rateTableSeries": "PublicationApps"}}
      """
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the grant follows the reading "lineitem.elastic_absent"
